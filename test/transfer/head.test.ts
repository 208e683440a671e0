import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import {
  type Dense,
  glorotDense,
  type Head,
  headLogits,
  headProbabilities,
  softmax,
  withStandardization,
  withTemperature,
} from '../../lib/transfer/head';

const random = seededRandom(1);
const row = (length: number, scale = 1) => Float32Array.from({ length }, () => scale * random.normal());
const dense = (inputs: number, units: number): Dense => ({
  ...glorotDense(inputs, units, random),
  bias: row(units),
});
const heads: [string, Head][] = [
  ['linear, two classes', { layers: [dense(7, 2)] }],
  ['linear, three classes', { layers: [dense(7, 3)] }],
  ['linear, four classes', { layers: [dense(7, 4)] }],
  ['one hidden layer', { layers: [dense(7, 5), dense(5, 3)] }],
];

describe('softmax', () => {
  test('neither overflows nor underflows, and sums to 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: Math.fround(-3e38), max: Math.fround(3e38), noNaN: true }), {
          minLength: 1,
          maxLength: 9,
        }),
        (logits) => {
          const probabilities = softmax(Float32Array.from(logits));
          expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
          expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 500, seed: 1 },
    );
    expect([...softmax(Float32Array.of(1e30, 0))]).toEqual([1, 0]);
    expect([...softmax(Float32Array.of(-1e30, -1e30))]).toEqual([0.5, 0.5]);
  });

  test('is exp(x) / Σ exp(x)', () => {
    const logits = [0.3, -1.2, 2];
    const sum = logits.reduce((total, x) => total + Math.exp(x), 0);
    softmax(Float32Array.from(logits)).forEach((p, i) => {
      expect(p).toBeCloseTo(Math.exp(logits[i]!) / sum, 6);
    });
  });
});

/** In double precision, by the book. */
function byTheBook({ layers }: Head, input: ArrayLike<number>): number[] {
  return layers.reduce((x: number[], { inputs, units, kernel, bias }, l) => {
    const y = Array.from({ length: units }, (_, j) => {
      let sum = bias[j]!;
      for (let i = 0; i < inputs; i++) sum += x[i]! * kernel[i * units + j]!;
      return sum;
    });
    return l === layers.length - 1 ? y : y.map((value) => Math.max(0, value));
  }, Array.from(input));
}

describe.each(heads)('%s', (_, head) => {
  test('logits by the book, the row left alone', () => {
    for (let i = 0; i < 20; i++) {
      const x = row(7);
      const before = [...x];
      const expected = byTheBook(head, x);
      headLogits(head, x).forEach((value, j) => {
        expect(value).toBeCloseTo(expected[j]!, 5);
      });
      expect([...x]).toEqual(before);
      expect(headProbabilities(head, x).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
  });

  test('withStandardization takes rows as they come', () => {
    const mean = row(7, 3);
    const deviation = row(7).map((x) => 0.01 + Math.abs(x));
    const folded = withStandardization(head, mean, deviation);
    for (let i = 0; i < 20; i++) {
      const x = row(7, 2);
      const scaled = x.map((value, d) => (value - mean[d]!) / deviation[d]!);
      const expected = byTheBook(head, scaled);
      const scale = Math.max(1, ...scaled.map(Math.abs));
      headLogits(folded, x).forEach((value, j) => {
        expect(Math.abs(value - expected[j]!)).toBeLessThan(1e-5 * scale);
      });
    }
  });

  test('withTemperature divides the logits and leaves the labels', () => {
    for (const temperature of [0.05, 0.7, 1, 20]) {
      const cooled = withTemperature(head, temperature);
      for (let i = 0; i < 10; i++) {
        const x = row(7);
        const expected = byTheBook(head, x).map((value) => value / temperature);
        const logits = headLogits(cooled, x);
        logits.forEach((value, j) => {
          expect(value / Math.max(1, Math.abs(expected[j]!))).toBeCloseTo(
            expected[j]! / Math.max(1, Math.abs(expected[j]!)),
            4,
          );
        });
        expect(logits.indexOf(Math.max(...logits))).toBe(expected.indexOf(Math.max(...expected)));
      }
    }
  });
});

test('Glorot uniform: bounds, spread and seed', () => {
  const { kernel, bias } = glorotDense(100, 50, seededRandom(3));
  const limit = Math.sqrt(6 / 150);
  expect(Math.max(...kernel)).toBeLessThanOrEqual(Math.fround(limit));
  expect(Math.min(...kernel)).toBeGreaterThanOrEqual(-Math.fround(limit));
  const variance = kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length;
  expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 1);
  expect(bias.every((b) => b === 0)).toBe(true);
  expect(glorotDense(100, 50, seededRandom(3)).kernel).toEqual(kernel);
});
