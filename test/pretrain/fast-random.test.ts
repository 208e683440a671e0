import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { fastRandom, indexedRandom } from '../../lib/pretrain/fast-random';

describe('fastRandom', () => {
  test('is as even as it should be: chi-squared of 256 cells, of the high and of the low bits', () => {
    const random = fastRandom(1, 2, 3);
    const [high, low] = [new Array(256).fill(0), new Array(256).fill(0)];
    const draws = 256_000;
    for (let i = 0; i < draws; i++) {
      const bits = random.bits();
      high[bits >>> 24]++;
      low[bits & 255]++;
    }
    for (const cells of [high, low]) {
      const statistic = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      // The 0.1 % quantiles of chi-squared with 255 degrees of freedom.
      expect(statistic).toBeGreaterThan(190);
      expect(statistic).toBeLessThan(330);
    }
  });

  test('numbers stay in their ranges', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer(),
        fc.integer(),
        fc.integer({ min: 1, max: 1000 }),
        (a, b, c, n) => {
          const random = fastRandom(a, b, c);
          for (let i = 0; i < 20; i++) {
            const [bits, uniform, between, whole] = [
              random.bits(),
              random.uniform(),
              random.between(-2, 3),
              random.integer(n),
            ];
            expect(bits).toBeGreaterThanOrEqual(0);
            expect(bits).toBeLessThan(2 ** 32);
            expect(Number.isInteger(bits)).toBe(true);
            expect(uniform).toBeGreaterThanOrEqual(0);
            expect(uniform).toBeLessThan(1);
            expect(between).toBeGreaterThanOrEqual(-2);
            expect(between).toBeLessThan(3);
            expect(whole).toBeGreaterThanOrEqual(0);
            expect(whole).toBeLessThan(n);
            expect(Number.isInteger(whole)).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('streams by index follow from the stream given and the index, whatever was drawn before', () => {
  const numbers = (seed: string, index: number) => {
    const stream = indexedRandom(seededRandom(seed))(index);
    return Array.from({ length: 5 }, stream.bits);
  };
  const streamOf = indexedRandom(seededRandom('a'));
  streamOf(3).bits();
  expect(Array.from({ length: 5 }, streamOf(7).bits)).toEqual(numbers('a', 7));
  expect(numbers('a', 8)).not.toEqual(numbers('a', 7));
  expect(numbers('b', 7)).not.toEqual(numbers('a', 7));
});
