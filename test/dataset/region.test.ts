import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { drawPhantom } from '../../lib/dataset/phantom';
import { keepRegion, type Region, regions, withBorderOf } from '../../lib/dataset/region';
import { greyThumbnail } from '../../lib/dataset/thumbnail';
import type { Pixels } from '../../lib/dataset/xray';

const white = (width: number, height: number): Pixels => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(255),
});
const kept = ({ data }: Pixels): number => data.filter((value) => value > 0).length / data.length;
const at = ({ width, data }: Pixels, x: number, y: number): number => data[(y * width + x) * 3]!;

describe('keepRegion', () => {
  it('blackens the centre, all but the border, or nothing', () => {
    const picture = white(224, 224);
    expect(keepRegion(picture, 'whole')).toBe(picture);
    expect(kept(keepRegion(picture, 'without-centre'))).toBeCloseTo(1 - 0.75 ** 2, 10);
    expect(kept(keepRegion(picture, 'border'))).toBeCloseTo(1 - 0.875 ** 2, 10);
    const border = keepRegion(picture, 'border');
    expect([at(border, 13, 100), at(border, 14, 100), at(border, 209, 100), at(border, 210, 100)]).toEqual([
      255, 0, 0, 255,
    ]);
  });

  it('keeps both lungs of a phantom and neither spine nor corners', () => {
    const { width, height, data } = drawPhantom('normal', seededRandom(1), seededRandom(2));
    const picture = {
      width,
      height,
      data: Uint8Array.from({ length: data.length * 3 }, (_, i) => data[(i / 3) | 0]!),
    };
    const lungs = keepRegion(picture, 'lungs');
    expect(kept(lungs)).toBeGreaterThan(0.12);
    expect(kept(lungs)).toBeLessThan(0.45);
    expect(at(lungs, 70, 100)).toBe(at(picture, 70, 100));
    expect(at(lungs, 155, 90)).toBe(at(picture, 155, 90));
    for (const [x, y] of [
      [112, 100],
      [0, 0],
      [223, 223],
      [112, 215],
    ] as const)
      expect(at(lungs, x, y)).toBe(0);
  });

  it('keeps nothing where no lungs are found', () => {
    expect(kept(keepRegion(white(64, 64), 'lungs'))).toBe(0);
  });

  it('leaves a pixel as it is or makes it black, at any size, and does not touch its input', () => {
    const picture = fc.record({
      width: fc.integer({ min: 16, max: 60 }),
      height: fc.integer({ min: 16, max: 60 }),
      seed: fc.integer(),
      region: fc.constantFrom<Region>(...regions),
    });
    fc.assert(
      fc.property(picture, ({ width, height, seed, region }) => {
        const random = seededRandom(seed);
        const data = Uint8Array.from({ length: width * height * 3 }, () => 1 + random.integer(255));
        const before = data.slice();
        const after = keepRegion({ width, height, data }, region);
        expect(data).toEqual(before);
        expect(after.data.every((value, i) => value === 0 || value === data[i])).toBe(true);
        expect([after.width, after.height, after.data.length]).toEqual([width, height, data.length]);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses an unknown region', () => {
    expect(() => keepRegion(white(40, 40), 'heart' as Region)).toThrow(InputError);
  });
});

describe('greyThumbnail', () => {
  it('is the mean of each box and of its colours', () => {
    const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 30, 255, 90, 90, 90);
    expect([...greyThumbnail({ width: 2, height: 2, data }, 2)]).toEqual([85, 85, 95, 90]);
    expect(greyThumbnail({ width: 2, height: 2, data }, 1)[0]).toBe(88.75);
  });

  it('keeps the mean of sides that divide, and takes any size', () => {
    const random = seededRandom(5);
    const data = Uint8Array.from({ length: 64 * 96 * 3 }, () => random.integer(256));
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    const fine = greyThumbnail({ width: 64, height: 96, data }, 32);
    const coarse = greyThumbnail({ width: 64, height: 96, data }, 1);
    expect(mean(fine)).toBeCloseTo(coarse[0]!, 3);
    expect(
      greyThumbnail({ width: 37, height: 53, data: data.slice(0, 37 * 53 * 3) }, 32).every(Number.isFinite),
    ).toBe(true);
  });

  it('repeats the pixels of a side that has fewer than the thumbnail', () => {
    const data = Uint8Array.of(0, 0, 0, 30, 30, 30, 60, 60, 60, 90, 90, 90);
    const thumbnail = [...greyThumbnail({ width: 2, height: 2, data }, 3)];
    expect(thumbnail).toEqual([0, 0, 30, 0, 0, 30, 60, 60, 90]);
    // One side shorter, the other longer: what is averaged across is repeated down.
    expect([...greyThumbnail({ width: 4, height: 1, data }, 2)]).toEqual([15, 75, 15, 75]);
  });

  it('is the picture as it was, seen finer, whatever the sides', () => {
    const sides = fc.record({
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(sides, fc.integer({ min: 1, max: 33 }), ({ width, height }, size) => {
        const random = seededRandom(`${width} ${height}`);
        const data = Uint8Array.from({ length: width * height * 3 }, () => 50 + random.integer(100));
        const thumbnail = greyThumbnail({ width, height, data }, size);
        expect(thumbnail.every((value) => value >= 50 && value < 150)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a size that is none', () => {
    expect(() => greyThumbnail(white(10, 40), 0)).toThrow('size is 0');
  });
});

describe('withBorderOf', () => {
  it('takes the outer eighth on every side from the other picture, and the rest from its own', () => {
    const [own, other] = [white(64, 48), { ...white(64, 48), data: new Uint8Array(64 * 48 * 3).fill(7) }];
    const both = withBorderOf(own, other);
    expect([at(both, 7, 20), at(both, 8, 20), at(both, 55, 20), at(both, 56, 20)]).toEqual([7, 255, 255, 7]);
    expect([at(both, 30, 5), at(both, 30, 6), at(both, 30, 41), at(both, 30, 42)]).toEqual([7, 255, 255, 7]);
  });

  it('is its own picture where the other is the same, and hides all that a border tells', () => {
    const picture = fc.record({ width: fc.integer({ min: 16, max: 40 }), seed: fc.integer() });
    fc.assert(
      fc.property(picture, ({ width, seed }) => {
        const random = seededRandom(seed);
        const [one, two] = [0, 1].map(() => ({
          width,
          height: width,
          data: Uint8Array.from({ length: width * width * 3 }, () => 1 + random.integer(255)),
        })) as [Pixels, Pixels];
        const before = one.data.slice();
        expect(withBorderOf(one, one)).toEqual(one);
        const both = withBorderOf(one, two);
        expect(one.data).toEqual(before);
        expect(keepRegion(both, 'without-centre')).toEqual(keepRegion(two, 'without-centre'));
        // The centre is all that the border is not.
        const border = keepRegion(one, 'without-centre');
        expect(both.data.every((value, i) => border.data[i] !== 0 || value === one.data[i])).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
