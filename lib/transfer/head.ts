import type { Random } from '../core/random';

/** A dense layer: kernel [inputs, units] row by row, bias [units]. */
export interface Dense {
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** A head: dense layers, relu between them, softmax after the last. Plain numbers, the same on every back end. */
export interface Head {
  readonly layers: readonly Dense[];
}

/** A new layer, Glorot uniform as Keras' default (Glorot and Bengio 2010), biases 0. */
export function glorotDense(inputs: number, units: number, random: Random): Dense {
  const limit = Math.sqrt(6 / (inputs + units));
  const kernel = Float32Array.from({ length: inputs * units }, () => random.between(-limit, limit));
  return { inputs, units, kernel, bias: new Float32Array(units) };
}

/*
 * Linear heads have two or three units, and a loop over so few costs more than it does: each number is used for all of
 * them at once.
 */

function applyTwo(row: Float32Array, kernel: Float32Array, output: Float32Array): void {
  let [a, b] = output as unknown as [number, number];
  for (let i = 0, k = 0; i < row.length; i++, k += 2) {
    const x = row[i]!;
    a += x * kernel[k]!;
    b += x * kernel[k + 1]!;
  }
  output[0] = a;
  output[1] = b;
}

function applyThree(row: Float32Array, kernel: Float32Array, output: Float32Array): void {
  let [a, b, c] = output as unknown as [number, number, number];
  for (let i = 0, k = 0; i < row.length; i++, k += 3) {
    const x = row[i]!;
    a += x * kernel[k]!;
    b += x * kernel[k + 1]!;
    c += x * kernel[k + 2]!;
  }
  output[0] = a;
  output[1] = b;
  output[2] = c;
}

// Rows after relu are half zeros, which cost nothing here.
function applyAny(
  inputs: number,
  units: number,
  row: Float32Array,
  kernel: Float32Array,
  output: Float32Array,
): void {
  for (let i = 0; i < inputs; i++) {
    const x = row[i]!;
    if (x === 0) continue;
    const start = i * units;
    for (let j = 0; j < units; j++) output[j]! += x * kernel[start + j]!;
  }
}

/** x · kernel + bias of one row, into `output` [units]. */
export function applyDense(
  { inputs, units, kernel, bias }: Dense,
  row: Float32Array,
  output: Float32Array,
): void {
  output.set(bias);
  if (units === 2) applyTwo(row, kernel, output);
  else if (units === 3) applyThree(row, kernel, output);
  else applyAny(inputs, units, row, kernel, output);
}

/** Softmax of logits, in place, shifted so that it cannot overflow. */
export function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let j = 0; j < logits.length; j++) sum += logits[j] = Math.exp(logits[j]! - largest);
  for (let j = 0; j < logits.length; j++) logits[j]! /= sum;
  return logits;
}

/** Logits [classes] of one row of features. */
export function headLogits(head: Head, row: Float32Array): Float32Array {
  let current = row;
  head.layers.forEach((layer, index) => {
    const output = new Float32Array(layer.units);
    applyDense(layer, current, output);
    const last = index === head.layers.length - 1;
    current = last ? output : output.map((value) => Math.max(0, value));
  });
  return current;
}

/** Class probabilities of one row of features, in the order of the classes. */
export const headProbabilities = (head: Head, row: Float32Array): number[] =>
  Array.from(softmax(headLogits(head, row)));

/** The same head for features as they come, where `head` was trained on (x − mean) / deviation. */
export function withStandardization(head: Head, mean: Float32Array, deviation: Float32Array): Head {
  const [first, ...rest] = head.layers as [Dense, ...Dense[]];
  const kernel = first.kernel.map((weight, k) => weight / deviation[Math.floor(k / first.units)]!);
  const bias = first.bias.map((b, j) => {
    let shift = 0;
    for (let i = 0; i < first.inputs; i++) shift += mean[i]! * kernel[i * first.units + j]!;
    return b - shift;
  });
  return { layers: [{ ...first, kernel, bias }, ...rest] };
}

/** The same head with its logits divided by `temperature` (Guo et al. 2017): same labels, calibrated probabilities. */
export function withTemperature(head: Head, temperature: number): Head {
  const last = head.layers.at(-1)!;
  const scaled = (values: Float32Array) => values.map((value) => value / temperature);
  return {
    layers: [...head.layers.slice(0, -1), { ...last, kernel: scaled(last.kernel), bias: scaled(last.bias) }],
  };
}
