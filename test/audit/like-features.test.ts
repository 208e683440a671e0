import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { featureSimilarities, outstanding } from '../../lib/audit/like-features';
import { gramOf } from '../../lib/audit/logistic';
import { seededRandom } from '../../lib/core/random';

const rowsOf = (seed: number, count: number, dimension: number) => {
  const random = seededRandom(seed);
  return { data: Float32Array.from({ length: count * dimension }, () => random.normal()), dimension };
};

describe('featureSimilarities', () => {
  test('are the cosines of standardised rows, of every pair once', () => {
    // By hand: columns of mean 0 and deviation 1 already.
    const similarities = featureSimilarities(
      gramOf({ data: Float32Array.of(1, 1, -1, -1, 1, -1, -1, 1), dimension: 2 }),
    );
    expect(similarities.map(({ first, second }) => [first, second])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(similarities.map(({ similarity }) => Math.round(1e6 * similarity) / 1e6 + 0)).toEqual([
      -1, 0, 0, 0, 0, -1,
    ]);
  });

  test('a picture without features is like none', () => {
    expect(featureSimilarities(gramOf({ data: new Float32Array(6).fill(3), dimension: 2 }))).toEqual([]);
    expect(outstanding([])).toEqual([]);
  });
});

describe('outstanding', () => {
  test('are copies, slightly changed ones too, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, copies) => {
        const rows = rowsOf(seed, 40, 200);
        const random = seededRandom(seed).fork('copies');
        for (let k = 0; k < copies; k++)
          rows.data.set(
            rows.data
              .subarray(k * 200, (k + 1) * 200)
              .map((value) => value + (k % 2 ? 0 : 0.2 * random.normal())),
            (39 - k) * 200,
          );
        const found = outstanding(featureSimilarities(gramOf(rows)));
        expect(new Set(found.map(({ first, second }) => `${first} ${second}`))).toEqual(
          new Set(Array.from({ length: copies }, (_, k) => `${k} ${39 - k}`)),
        );
        const order = found.map(({ similarity }) => similarity);
        expect(order).toEqual([...order].sort((a, b) => b - a));
      }),
      { numRuns: 30 },
    );
  });
});
