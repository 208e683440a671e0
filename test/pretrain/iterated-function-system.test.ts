import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fastRandom } from '../../lib/pretrain/fast-random';
import {
  drawSystem,
  type IteratedFunctionSystem,
  jitter,
  numbersPerMap,
  playChaosGame,
  singularValues,
  stretch,
} from '../../lib/pretrain/iterated-function-system';

const seed = fc.integer({ min: 0, max: 2 ** 31 });
const mapsOf = ({ count, maps }: IteratedFunctionSystem) =>
  Array.from({ length: count }, (_, i) => [...maps.subarray(i * numbersPerMap, (i + 1) * numbersPerMap)]);

describe('singular values', () => {
  test('are ordered, between 0 and 1, and weigh what was asked for', () => {
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 2, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (s, n, t) => {
          const total = (5 + n) / 2 + t / 2;
          const values = singularValues(n, total, fastRandom(s, 0, 0));
          expect(values).toHaveLength(n);
          for (const [first, second] of values) {
            expect(second).toBeGreaterThanOrEqual(-1e-12);
            expect(first).toBeGreaterThanOrEqual(second - 1e-12);
            expect(first).toBeLessThanOrEqual(1 + 1e-12);
          }
          expect(values.reduce((sum, [first, second]) => sum + first + 2 * second, 0)).toBeCloseTo(total, 10);
        },
      ),
    );
  });
});

describe('stretch', () => {
  // numpy.linalg.svd of these matrices.
  test.each([
    [1, 0, 0, 1, 1],
    [0.5, 0.2, -0.3, 0.7, 0.7618033989],
    [0, -2, 0.1, 0, 2],
    [1, 2, 3, 4, 5.4649857042],
  ])('of [[%d, %d], [%d, %d]]', (a, b, c, d, expected) => {
    expect(stretch(a, b, c, d)).toBeCloseTo(expected, 9);
  });
});

describe('a system', () => {
  test('has two to four maps that contract, as drawn and as jittered', () => {
    const counts = new Set<number>();
    fc.assert(
      fc.property(seed, (s) => {
        const random = fastRandom(s, 1, 1);
        const system = drawSystem(random);
        counts.add(system.count);
        const jittered = jitter(system, 0.06, random);
        for (const [i, [a, b, c, d, e, f]] of mapsOf(system).entries()) {
          expect(stretch(a!, b!, c!, d!)).toBeLessThanOrEqual(1 + 1e-12);
          expect(Math.max(Math.abs(e!), Math.abs(f!))).toBeLessThanOrEqual(1);
          const changed = mapsOf(jittered)[i]!;
          expect(stretch(changed[0]!, changed[1]!, changed[2]!, changed[3]!)).toBeLessThanOrEqual(
            0.995 + 1e-12,
          );
          expect(Math.abs(changed[4]! - e!)).toBeLessThanOrEqual(0.06 * Math.abs(e!) + 1e-12);
        }
      }),
      { numRuns: 200 },
    );
    expect([...counts].sort()).toEqual([2, 3, 4]);
  });
});

test("the chaos game of Sierpinski's maps falls into the triangle, and never into its removed middles", () => {
  const corners = [
    [0, 0],
    [1, 0],
    [0.5, 1],
  ];
  const maps = Float64Array.from(corners.flatMap(([x, y]) => [0.5, 0, 0, 0.5, x! / 2, y! / 2]));
  const points = new Float64Array(2 * 3000);
  playChaosGame({ count: 3, maps }, fastRandom(5, 5, 5), points);
  const thirds = [0, 0, 0];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    // Barycentric: of the corners, each has a share of the point, in binary digits of which just one is 1.
    const shares = [1 - y / 2 - x, x - y / 2, y];
    for (const share of shares) expect(share).toBeGreaterThan(-1e-9);
    for (const scale of [2, 4, 8, 16]) {
      const digits = shares.map((share) => Math.floor(share * scale + 1e-9) % 2);
      expect(digits.reduce((a, b) => a + b)).toBe(1);
    }
    thirds[shares.findIndex((share) => share >= 0.5 - 1e-9)]!++;
  }
  // The maps keep equal areas, so each is chosen a third of the time.
  for (const count of thirds) expect(Math.abs(count - 1000)).toBeLessThan(130);
});
