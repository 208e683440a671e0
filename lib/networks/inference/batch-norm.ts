import type { layers, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { Convolution, Normalization } from '../../compute/convolution';
import type { TensorFlow } from '../../compute/tensorflow';

/** Whether a layer normalises the channels of maps [n, h, w, c]. */
export function isChannelNorm(layer: layers.Layer): boolean {
  const [axis] = [layer.getConfig().axis].flat() as number[];
  const { length } = (layer.inboundNodes[0]?.inputShapes[0] ?? []) as number[];
  return layer.getClassName() === 'BatchNormalization' && length === 4 && (axis === -1 || axis === 3);
}

/** The numbers of a batch normalisation; those that it does without are 1 and 0. Call it in `tf.tidy`. */
export function normalizationOf(tf: TensorFlow, layer: layers.Layer): Normalization {
  const { scale, center, epsilon } = layer.getConfig() as {
    scale: boolean;
    center: boolean;
    epsilon: number;
  };
  const weights = layer.getWeights() as Tensor1D[];
  const [mean, variance] = weights.slice(-2) as [Tensor1D, Tensor1D];
  return {
    gamma: scale ? weights[0]! : (tf.onesLike(mean) as Tensor1D),
    beta: center ? weights[scale ? 1 : 0]! : (tf.zerosLike(mean) as Tensor1D),
    mean,
    variance,
    epsilon,
  };
}

/**
 * A convolution that gives at once what batch normalisation makes of its output:
 * γ (w·x + b − μ) / σ + β = (γ/σ · w)·x + γ/σ (b − μ) + β. Call it in `tf.tidy`.
 */
export function foldBatchNorm(
  tf: TensorFlow,
  { filter, bias }: Pick<Convolution, 'filter' | 'bias'>,
  depthwise: boolean,
  { gamma, beta, mean, variance, epsilon }: Normalization,
): { filter: Tensor4D; bias: Tensor1D } {
  const factor = tf.div(gamma, tf.sqrt(tf.add(variance, epsilon)));
  const perChannel = depthwise ? tf.reshape(factor, [1, 1, filter.shape[2], filter.shape[3]]) : factor;
  return { filter: tf.mul(filter, perChannel), bias: tf.add(tf.mul(tf.sub(bias, mean), factor), beta) };
}
