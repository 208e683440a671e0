import type { Rank, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Activation,
  type Convolution,
  convolve,
  normalizeAndRectify,
} from '../../lib/compute/convolution';
import { describeBackend } from '../../lib/compute/describe-backend';
import { oneDnn } from '../../lib/compute/one-dnn';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { seededRandom } from '../../lib/core/random';

let tf: TensorFlow;
let tensors: number;
beforeAll(async () => {
  tf = await tensorflow();
  oneDnn(tf);
});
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

const random = seededRandom('convolution');
function numbers<R extends Rank>(...shape: number[]): Tensor<R> {
  const count = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Array.from({ length: count }, () => random.normal()),
    shape as never,
  ) as Tensor<R>;
}

/** Largest difference, relative to the largest number. */
function difference(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  return tf.tidy(() => found.sub(expected).abs().max().div(expected.abs().max()).dataSync()[0]!);
}

const activations: Record<Activation, (x: Tensor4D) => Tensor4D> = {
  linear: (x) => x,
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
};

/** One after the other, by the operations that tf.layers use. */
function plainly(x: Tensor4D, op: Convolution, residual?: Tensor4D): Tensor4D {
  const pad =
    typeof op.padding === 'string'
      ? op.padding
      : ([[0, 0], ...op.padding, [0, 0]] as [number, number][] as never as 'same');
  const apply = op.depthwise ? tf.depthwiseConv2d : tf.conv2d;
  const convolved = apply(x, op.filter, [...op.strides], pad, 'NHWC', [...op.dilations]) as Tensor4D;
  const biased = tf.add<Tensor4D>(convolved, op.bias);
  return activations[op.activation](residual ? tf.add(biased, residual) : biased);
}

const basic = { strides: [1, 1], dilations: [1, 1], padding: 'same', activation: 'relu' } as const;
const margins = [
  [2, 1],
  [0, 3],
] as const;
const cases: [string, Partial<Convolution> & { kernel?: number; channels?: number; multiplier?: number }][] =
  [
    ['3×3', {}],
    ['1×1', { kernel: 1 }],
    ['linear', { activation: 'linear' }],
    ['relu6', { activation: 'relu6' }],
    ['valid, stride 2', { padding: 'valid', strides: [2, 2] }],
    ['strides that differ', { strides: [1, 2] }],
    ['dilated', { dilations: [2, 2] }],
    ['margins that differ', { padding: margins, strides: [2, 2] }],
    ['depthwise', { depthwise: true }],
    ['depthwise, relu6, stride 2', { depthwise: true, activation: 'relu6', strides: [2, 2] }],
    ['depthwise, linear, valid', { depthwise: true, activation: 'linear', padding: 'valid' }],
    ['depthwise, two filters a channel', { depthwise: true, multiplier: 2 }],
    // Another kernel of TensorFlow where there is no AVX-512.
    ['3×3, 256 channels', { channels: 256 }],
    ['3×3, 256 channels, linear, stride 2', { channels: 256, activation: 'linear', strides: [2, 2] }],
    ['3×3, 256 channels, margins', { channels: 256, padding: margins, strides: [2, 2] }],
    ['depthwise, margins', { depthwise: true, padding: margins }],
  ];

describe.each(['the fastest', 'wasm', 'cpu'])('on %s back end', (name) => {
  let fastest: string;
  beforeAll(async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    fastest = tf.getBackend();
    expect(await tf.setBackend(name === 'the fastest' ? fastest : name)).toBe(true);
    return () => tf.setBackend(fastest);
  });

  describe('convolve', () => {
    test.each(cases)(
      '%s: what the operations give one after the other',
      (_, { kernel = 3, channels = 16, multiplier = 1, ...given }) => {
        tf.tidy(() => {
          const depthwise = given.depthwise ?? false;
          const x = numbers<Rank.R4>(2, 9, 9, channels);
          const outputs = depthwise ? multiplier : channels + 8;
          const filter = numbers<Rank.R4>(kernel, kernel, channels, outputs);
          const bias = numbers<Rank.R1>(depthwise ? channels * multiplier : outputs);
          const op = { ...basic, ...given, depthwise, filter, bias };
          const expected = plainly(x, op);
          expect(difference(convolve(tf, x, op), expected)).toBeLessThan(1e-5);
          const residual = numbers<Rank.R4>(...expected.shape);
          const before = residual.dataSync().slice();
          expect(difference(convolve(tf, x, op, residual), plainly(x, op, residual))).toBeLessThan(1e-5);
          // It is the caller's, and is read again.
          expect(residual.dataSync()).toEqual(before);
        });
      },
    );

    test('the picture itself as what is added', () => {
      tf.tidy(() => {
        const x = numbers<Rank.R4>(2, 9, 9, 16);
        const op = {
          ...basic,
          depthwise: false,
          filter: numbers<Rank.R4>(3, 3, 16, 16),
          bias: numbers<Rank.R1>(16),
        };
        expect(difference(convolve(tf, x, op, x), plainly(x, op, x))).toBeLessThan(1e-5);
      });
    });
  });

  test('normalizeAndRectify: batch normalisation, then relu', () => {
    tf.tidy(() => {
      const x = numbers<Rank.R4>(2, 5, 7, 16);
      const [gamma, beta, mean] = [0, 1, 2].map(() => numbers<Rank.R1>(16)) as [Tensor1D, Tensor1D, Tensor1D];
      const variance = numbers<Rank.R1>(16).square() as Tensor1D;
      const epsilon = 1e-3;
      const found = normalizeAndRectify(tf, x, { gamma, beta, mean, variance, epsilon });
      const expected = x.sub(mean).div(variance.add(epsilon).sqrt()).mul(gamma).add(beta).relu();
      expect(difference(found, expected)).toBeLessThan(1e-5);
    });
  });
});

test('TensorFlow on the CPU has the fused operations, other back ends do without', async () => {
  const { backend, gpu } = await describeBackend();
  expect(oneDnn(tf) !== undefined).toBe(backend === 'tensorflow' && gpu === null);
});
