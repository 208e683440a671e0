import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DenseKernels,
  type DenseNumbers,
  denseKernels,
  type Numbers,
  padded,
} from '../../lib/compute/dense-kernels';
import { type Random, seededRandom } from '../../lib/core/random';

/** Rows of normal numbers, padded as the kernels want them. */
function fill({ values }: Numbers, rows: number, length: number, random: Random): number[][] {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length }, (_, i) => {
      values[r * padded(length) + i] = random.normal();
      return values[r * padded(length) + i]!;
    }),
  );
}
const rowsOf = ({ values }: Numbers, rows: number, length: number): number[][] =>
  Array.from({ length: rows }, (_, r) => [
    ...values.subarray(r * padded(length), r * padded(length) + length),
  ]);

function layerOf(kernels: DenseKernels, inputs: number, units: number): DenseNumbers {
  const [kernel, mean, variance] = [1, 2, 3].map(() => kernels.allocate(units * padded(inputs)));
  return { inputs, units, kernel: kernel!, mean: mean!, variance: variance!, bias: kernels.allocate(units) };
}

const sizes = fc.record({
  inputs: fc.integer({ min: 1, max: 70 }),
  units: fc.integer({ min: 1, max: 35 }),
  count: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(),
});
const close = (found: number, expected: number) =>
  expect(Math.abs(found - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)) * 4);

describe('dense kernels of any size', () => {
  test('forward is x · kernel + bias, and leaves the padding alone', () => {
    fc.assert(
      fc.property(sizes, ({ inputs, units, count, seed }) => {
        const random = seededRandom(seed);
        const kernels = denseKernels(
          3 * units * padded(inputs) + count * (padded(inputs) + padded(units)) + padded(units),
        );
        const layer = layerOf(kernels, inputs, units);
        const [x, out] = [kernels.allocate(count * padded(inputs)), kernels.allocate(count * padded(units))];
        const rows = fill(x, count, inputs, random);
        const weights = fill(layer.kernel, units, inputs, random);
        const [bias] = fill(layer.bias, 1, units, random);
        kernels.forward(layer, x, out, count);
        rowsOf(out, count, units).forEach((row, b) => {
          row.forEach((value, u) => {
            close(
              value,
              rows[b]!.reduce((sum, v, i) => sum + v * weights[u]![i]!, bias![u]!),
            );
          });
        });
        const used = rowsOf(out, count, units)
          .flat()
          .filter((value) => value !== 0).length;
        expect(out.values.filter((value) => value !== 0)).toHaveLength(used);
      }),
      { numRuns: 50 },
    );
  });

  test("step after step is Keras' Adam on the outer product and the penalty", () => {
    fc.assert(
      fc.property(sizes, ({ inputs, units, count, seed }) => {
        const random = seededRandom(seed);
        const kernels = denseKernels(
          3 * units * padded(inputs) + count * (padded(inputs) + padded(units)) + padded(units),
        );
        const layer = layerOf(kernels, inputs, units);
        const [x, gradient] = [
          kernels.allocate(count * padded(inputs)),
          kernels.allocate(count * padded(units)),
        ];
        const weights = fill(layer.kernel, units, inputs, random);
        const mean = weights.map((row) => row.map(() => 0));
        const variance = weights.map((row) => row.map(() => 0));
        const l2 = random.uniform();
        for (let step = 1; step <= 3; step++) {
          const rows = fill(x, count, inputs, random);
          const shares = fill(gradient, count, units, random);
          const rate = (0.01 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
          kernels.step(layer, x, gradient, count, rate, l2);
          weights.forEach((row, u) => {
            row.forEach((weight, i) => {
              const g = rows.reduce((sum, values, b) => sum + values[i]! * shares[b]![u]!, 2 * l2 * weight);
              mean[u]![i] = 0.9 * mean[u]![i]! + 0.1 * g;
              variance[u]![i] = 0.999 * variance[u]![i]! + 0.001 * g * g;
              row[i] = weight - (rate * mean[u]![i]!) / (Math.sqrt(variance[u]![i]!) + 1e-7);
            });
          });
        }
        for (const [found, expected] of [
          [layer.kernel, weights],
          [layer.mean, mean],
          [layer.variance, variance],
        ] as const)
          rowsOf(found, units, inputs).forEach((row, u) => {
            row.forEach((value, i) => {
              expect(Math.abs(value - expected[u]![i]!)).toBeLessThan(
                3e-4 * Math.max(1, Math.abs(expected[u]![i]!)),
              );
            });
          });
      }),
      { numRuns: 50 },
    );
  });
});
