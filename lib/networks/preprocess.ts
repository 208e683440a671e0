import type { Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { checkChoice } from '../core/check';
import { type PreprocessingMode, preprocessingModes } from './preprocessing-mode';

/** Mean of ImageNet's pictures, in the order blue, green, red. */
const meanBgr = [103.939, 116.779, 123.68];

/**
 * Pixels as a network expects them; `caffe` and `tf` equal `preprocess_input` of keras/src/applications/imagenet_utils.py.
 * @param batch [n, h, w, 3] float32, RGB, 0 to 255; left alone
 * @param mode see `PreprocessingMode`
 * @returns [n, h, w, 3]; the caller disposes it
 * @throws InputError for an unknown mode
 */
export function preprocess(tf: TensorFlow, batch: Tensor4D, mode: PreprocessingMode): Tensor4D {
  checkChoice('preprocessing', mode, preprocessingModes);
  return tf.tidy(() => {
    if (mode === 'caffe') return tf.sub(tf.reverse(batch, 3), meanBgr) as Tensor4D;
    if (mode === 'standardize') return standardize(tf, batch);
    return mode === 'tf' ? (tf.sub(tf.div(batch, 127.5), 1) as Tensor4D) : (tf.div(batch, 255) as Tensor4D);
  });
}

/**
 * As tf.image.per_image_standardization: a picture of one level is divided by 1 / √(its count of numbers), not by 0.
 * Means are taken row by row first: WebAssembly sums in single precision, and over a whole picture that is off by 1e-4.
 */
function standardize(tf: TensorFlow, batch: Tensor4D): Tensor4D {
  const mean = (of: Tensor4D) => tf.mean(tf.mean(of, [2, 3], true), 1, true);
  const centred = tf.sub(batch, mean(batch)) as Tensor4D;
  const numbers = batch.shape[1] * batch.shape[2] * batch.shape[3];
  const deviation = tf.maximum(tf.sqrt(mean(tf.square(centred))), 1 / Math.sqrt(numbers));
  return tf.div(centred, deviation);
}
