import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';

/** A batch normalized by its own moments. */
export interface NormalizedBatch {
  /** Of the shape given. */
  readonly output: Tensor4D;
  /** [c] each: mean and variance over pictures and positions. */
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * Batch normalisation in training (Ioffe & Szegedy 2015) and the relu after it, with their gradient in closed form:
 * what tfjs derives from its parts costs a third more of the whole step.
 * @param x [n, h, w, c]
 * @param gamma [c]
 * @param beta [c]
 */
export function batchNormRelu(
  tf: TensorFlow,
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): NormalizedBatch {
  const channels = x.shape[3];
  const rows = x.size / channels;
  const flat = (t: Tensor) => t.reshape([rows, channels]);
  const mean = tf.mean(flat(x), 0) as Tensor1D;
  const variance = tf.sub(tf.mean(tf.square(flat(x)), 0), tf.square(mean)) as Tensor1D;
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const apply = tf.customGrad((...given) => {
    const [input, scale, shift, save] = given as unknown as [Tensor, Tensor, Tensor, (t: Tensor[]) => void];
    const factor = tf.mul(inverse, scale);
    const offset = tf.sub(shift, tf.mul(mean, factor));
    const value = tf.relu(tf.add(tf.mul(flat(input), factor), offset)).reshape(x.shape);
    save([input, value, factor, mean, inverse]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [before, after, factor, mean, inverse] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
        // The sign of what is rectified is 0 or 1: the mask of relu's gradient.
        const dz = flat(tf.mul(dy, tf.sign(after)));
        const dShift = tf.sum(dz, 0);
        const dScale = tf.mul(tf.sub(tf.sum(tf.mul(dz, flat(before)), 0), tf.mul(mean, dShift)), inverse);
        // dx = factor · (dz − dShift / rows − normalized · dScale / rows), gathered by powers of x.
        const linear = tf.div(tf.mul(tf.mul(factor, dScale), inverse), -rows);
        const constant = tf.sub(tf.div(tf.mul(factor, dShift), -rows), tf.mul(linear, mean));
        const dx = tf.add(tf.add(tf.mul(dz, factor), tf.mul(flat(before), linear)), constant);
        return [dx.reshape(x.shape), dScale, dShift];
      },
    };
  });
  return { output: apply(x, gamma, beta) as Tensor4D, mean, variance };
}
