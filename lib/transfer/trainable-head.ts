import {
  type DenseKernels,
  type DenseNumbers,
  denseKernels,
  type Numbers,
  padded,
} from '../compute/dense-kernels';
import type { Dense, Head } from './head';

/** A head whose weights can be trained, a batch of rows at a time. */
export interface TrainableHead {
  /**
   * Logits of rows, no more than a batch: one array a row, to be overwritten with its gradient before `backward`.
   * @param drop given each row of a hidden layer's activations; it may set some to 0 and must multiply the others by
   * `kept`
   */
  forward(rows: readonly Float32Array[], drop?: (activations: Float32Array) => void): Float32Array[];
  /**
   * One step of Adam.
   * @param step counted from 1
   * @param l2 penalty on the kernels, as keras.regularizers.l2
   */
  backward(step: number, learningRate: number, l2: number, kept: number): void;
  /** A copy of the weights. */
  head(): Head;
}

interface Layer extends DenseNumbers {
  readonly biasMean: Float32Array;
  readonly biasVariance: Float32Array;
  /** What the layer gave for the last batch, [batch, padded units], after relu where it is hidden; then its gradient. */
  readonly output: Numbers;
  readonly gradient: Numbers;
}

const rowsOf = ({ values }: Numbers, units: number, count: number): Float32Array[] =>
  Array.from({ length: count }, (_, b) => values.subarray(b * padded(units), b * padded(units) + units));

/** Adam's step of a bias; kernels have theirs in `dense-kernels.ts`. */
function stepBias(
  { units, bias, biasMean, biasVariance, gradient }: Layer,
  count: number,
  rate: number,
): void {
  for (let u = 0; u < units; u++) {
    let g = 0;
    for (let b = 0; b < count; b++) g += gradient.values[b * padded(units) + u]!;
    const m = (biasMean[u]! += 0.1 * (g - biasMean[u]!));
    const v = (biasVariance[u]! += 0.001 * (g * g - biasVariance[u]!));
    bias.values[u]! -= (rate * m) / (Math.sqrt(v) + 1e-7);
  }
}

/** Copies a kernel between [inputs, units] and [units, padded inputs]. */
function transpose({ inputs, units, kernel }: DenseNumbers, given: Float32Array, toRows: boolean): void {
  for (let i = 0; i < inputs; i++)
    for (let u = 0; u < units; u++) {
      const at = u * padded(inputs) + i;
      if (toRows) kernel.values[at] = given[i * units + u]!;
      else given[i * units + u] = kernel.values[at]!;
    }
}

function place(kernels: DenseKernels, dense: Dense, batchSize: number): Layer {
  const { inputs, units } = dense;
  const weights = units * padded(inputs);
  const [kernel, mean, variance] = [1, 2, 3].map(() => kernels.allocate(weights)) as [
    Numbers,
    Numbers,
    Numbers,
  ];
  const [output, gradient] = [1, 2].map(() => kernels.allocate(batchSize * padded(units))) as [
    Numbers,
    Numbers,
  ];
  const bias = kernels.allocate(units);
  bias.values.set(dense.bias);
  const [biasMean, biasVariance] = [new Float32Array(units), new Float32Array(units)];
  const layer = { inputs, units, kernel, mean, variance, bias, biasMean, biasVariance, output, gradient };
  transpose(layer, dense.kernel, true);
  return layer;
}

const sizeOf = ({ inputs, units }: Dense, batchSize: number): number =>
  3 * units * padded(inputs) + (2 * batchSize + 1) * padded(units);

/**
 * A head from given weights, whose numbers lie in memory of WebAssembly.
 * @param batchSize most rows of a batch
 */
export function trainableHead({ layers: given }: Head, batchSize: number): TrainableHead {
  const rowLength = padded(given[0]!.inputs);
  const sizes = given.map((dense) => sizeOf(dense, batchSize));
  const kernels = denseKernels(batchSize * rowLength + sizes.reduce((a, b) => a + b));
  const x = kernels.allocate(batchSize * rowLength);
  const layers = given.map((dense) => place(kernels, dense, batchSize));
  const last = layers.at(-1)!;

  /** The gradient of a hidden layer's activations: through the layer above, relu and what was dropped. */
  const pass = (above: Layer, { units, output, gradient }: Layer, count: number, kept: number) => {
    for (let b = 0; b < count; b++)
      for (let u = 0; u < units; u++) {
        let g = 0;
        if (output.values[b * padded(units) + u]! > 0) {
          for (let c = 0; c < above.units; c++)
            g +=
              above.gradient.values[b * padded(above.units) + c]! *
              above.kernel.values[c * padded(units) + u]!;
          g *= kept;
        }
        gradient.values[b * padded(units) + u] = g;
      }
  };
  let count = 0;
  return {
    forward(rows, drop) {
      count = rows.length;
      rows.forEach((row, b) => {
        x.values.set(row, b * rowLength);
      });
      let input = x;
      for (const layer of layers) {
        kernels.forward(layer, input, layer.output, count);
        input = layer.output;
        if (layer === last) break;
        for (const activations of rowsOf(layer.output, layer.units, count)) {
          for (let u = 0; u < layer.units; u++) activations[u] = Math.max(0, activations[u]!);
          drop?.(activations);
        }
      }
      last.gradient.values.set(last.output.values);
      return rowsOf(last.gradient, last.units, count);
    },
    backward(step, learningRate, l2, kept) {
      const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
      for (let l = layers.length - 1; l >= 0; l--) {
        const layer = layers[l]!;
        const below = layers[l - 1];
        if (below) pass(layer, below, count, kept);
        kernels.step(layer, below?.output ?? x, layer.gradient, count, rate, l2);
        stepBias(layer, count, rate);
      }
    },
    head: () => ({
      layers: layers.map((layer) => {
        const kernel = new Float32Array(layer.inputs * layer.units);
        transpose(layer, kernel, false);
        return { inputs: layer.inputs, units: layer.units, kernel, bias: layer.bias.values.slice() };
      }),
    }),
  };
}
