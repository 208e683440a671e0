import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { canConvolve, oneDnn } from './one-dnn';
import type { TensorFlow } from './tensorflow';

/** What may follow a convolution in the same pass. */
export type Activation = 'linear' | 'relu' | 'relu6';

/** Rows above and below, columns left and right. */
export type Margins = readonly [readonly [number, number], readonly [number, number]];

/** A 2-D convolution of maps [n, h, w, c] and what comes after it, channel by channel. */
export interface Convolution {
  /** [height, width, in, out]; of a depthwise one [height, width, in, multiplier]. */
  readonly filter: Tensor4D;
  /** [out]; of a depthwise one [in · multiplier]. */
  readonly bias: Tensor1D;
  readonly depthwise: boolean;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Zeros around the map. */
  readonly padding: 'same' | 'valid' | Margins;
  readonly activation: Activation;
}

/** A batch normalisation with fixed statistics, a number a channel. */
export interface Normalization {
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
  readonly epsilon: number;
}

const activate = (tf: TensorFlow, x: Tensor4D, activation: Activation): Tensor4D =>
  activation === 'linear' ? x : activation === 'relu' ? tf.relu(x) : tf.relu6(x);

/**
 * Convolution, bias, sum with `residual` and activation, in as few passes over memory as the back end can.
 * Call it in `tf.tidy`; the result is the caller's.
 */
export function convolve(
  tf: TensorFlow,
  x: Tensor4D,
  convolution: Convolution,
  residual?: Tensor4D,
): Tensor4D {
  const { filter, bias, depthwise, strides, dilations, padding, activation } = convolution;
  const native = canConvolve(convolution, residual !== undefined) ? oneDnn(tf) : undefined;
  if (native) return native.convolve(x, convolution, residual);
  const fused = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  // The types of the fused functions leave out the margins that they take.
  const alone = fused({
    x,
    filter,
    bias,
    strides: [...strides],
    dilations: [...dilations],
    pad: (typeof padding === 'string' ? padding : [[0, 0], ...padding, [0, 0]]) as 'same',
    activation: residual ? 'linear' : activation,
  });
  return residual ? activate(tf, tf.add(alone, residual), activation) : alone;
}

/** Batch normalisation, then relu. Call it in `tf.tidy`; the result is the caller's. */
export function normalizeAndRectify(tf: TensorFlow, x: Tensor4D, normalization: Normalization): Tensor4D {
  const native = oneDnn(tf);
  if (native) return native.normalize(x, normalization);
  const { mean, variance, beta, gamma, epsilon } = normalization;
  return tf.relu(tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon));
}
