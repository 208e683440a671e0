import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NamedTensorMap, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import type { AdamW } from './adamw';
import type { Classifier } from './classifier';
import { pictureSize } from './fractal-classes';
import type { FractalPictures } from './fractal-pictures';
import { batchSize, classCount } from './settings';

interface Batch {
  /** [n, 64, 64, 1]. */
  readonly pictures: Tensor4D;
  readonly labels: number[];
}

/** Pictures first, first + 1 … of a stream. */
function drawBatch(tf: TensorFlow, source: FractalPictures, first: number): Batch {
  const side = pictureSize ** 2;
  const values = new Float32Array(batchSize * side);
  const labels = Array.from({ length: batchSize }, (_, i) =>
    source.draw(first + i, values.subarray(i * side, (i + 1) * side)),
  );
  return { pictures: tf.tensor4d(values, [batchSize, pictureSize, pictureSize, 1]), labels };
}

/** One step on the next batch of a stream; returns its loss. */
export function learn(
  tf: TensorFlow,
  classifier: Classifier,
  optimizer: AdamW,
  source: FractalPictures,
  rate: number,
): number {
  return tf.tidy(() => {
    const { pictures, labels } = drawBatch(tf, source, optimizer.steps * batchSize);
    const expected = tf.oneHot(tf.tensor1d(labels, 'int32'), classCount);
    const { value, grads } = tf.variableGrads(
      () => tf.losses.softmaxCrossEntropy(expected, classifier.train(pictures)).asScalar(),
      [...classifier.trained],
    );
    optimizer.step(grads as NamedTensorMap, rate);
    return value.dataSync()[0]!;
  });
}

/** Share of the first `count` pictures of a stream that are classified rightly; `count` is a multiple of 64. */
export async function accuracyOn(
  tf: TensorFlow,
  classifier: Classifier,
  source: FractalPictures,
  count: number,
): Promise<number> {
  let right = 0;
  for (let i = 0; i < count; i += batchSize) {
    right += tf.tidy(() => {
      const { pictures, labels } = drawBatch(tf, source, i);
      const called = (classifier.classify(pictures).argMax(1) as Tensor1D).dataSync();
      return labels.filter((label, j) => label === called[j]).length;
    });
    await nextTurn();
  }
  return right / count;
}
