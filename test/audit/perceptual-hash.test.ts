import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hammingDistance, hashBits, nearPairs, perceptualHash } from '../../lib/audit/perceptual-hash';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';

const fixture = path.join(__dirname, '..', 'fixtures', 'audit', 'reference.json');
const { hashes }: { hashes: { picture: number[]; bits: number[] }[] } = JSON.parse(
  readFileSync(fixture, 'utf8'),
);
const bitsOf = (hash: Uint32Array) =>
  Array.from({ length: hashBits }, (_, bit) => bit).filter((bit) => (hash[bit >> 5]! >>> (bit & 31)) & 1);

describe('perceptualHash', () => {
  it.each(hashes)(
    "equals SciPy's cosine transform above its median, bit for bit (case %#)",
    ({ picture, bits }) => {
      expect(bitsOf(perceptualHash(picture))).toEqual(bits);
      expect(bits.length).toBeGreaterThan(120);
    },
  );

  it('is the same for any brightness and contrast, the opposite for the negative', () => {
    const picture = hashes[0]!.picture;
    const hash = perceptualHash(picture);
    expect(perceptualHash(picture.map((grey) => 0.4 * grey + 31))).toEqual(hash);
    expect(hammingDistance(perceptualHash(picture.map((grey) => 255 - grey)), hash)).toBeGreaterThan(250);
  });

  it('refuses another size', () => {
    expect(() => perceptualHash(new Float32Array(64))).toThrow(InputError);
  });
});

const someHashes = fc.integer().map((seed) => {
  const random = seededRandom(seed);
  const base = Array.from({ length: 4 }, () =>
    Uint32Array.from({ length: 8 }, () => random.integer(2 ** 31) * 2),
  );
  return Array.from({ length: 25 }, () => {
    const hash = base[random.integer(4)]!.slice();
    for (let flip = random.integer(20); flip > 0; flip--) hash[random.integer(8)]! ^= 1 << random.integer(32);
    return hash;
  });
});

describe('hammingDistance', () => {
  it('counts the bits that differ', () => {
    fc.assert(
      fc.property(someHashes, ([a, b]) => {
        const differing = Array.from({ length: 8 }, (_, k) => ((a![k]! ^ b![k]!) >>> 0).toString(2)).join('');
        expect(hammingDistance(a!, b!)).toBe(differing.replaceAll('0', '').length);
        expect(hammingDistance(b!, a!)).toBe(hammingDistance(a!, b!));
      }),
    );
  });
});

describe('nearPairs', () => {
  it('are all pairs within the distance, nearest first', () => {
    fc.assert(
      fc.property(someHashes, fc.integer({ min: 0, max: 40 }), (some, most) => {
        const pairs = nearPairs(some, most);
        const all = some.flatMap((a, first) =>
          some
            .slice(first + 1)
            .map((b, k) => ({ first, second: first + 1 + k, distance: hammingDistance(a, b) })),
        );
        const within = all.filter(({ distance }) => distance <= most);
        expect(new Set(pairs.map((pair) => JSON.stringify(pair)))).toEqual(
          new Set(within.map((pair) => JSON.stringify(pair))),
        );
        const distances = pairs.map(({ distance }) => distance);
        expect(distances).toEqual([...distances].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });
});
