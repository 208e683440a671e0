import type { LayersModel, layers, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { InputError } from '../core/check';

type Layer = layers.Layer;

/** A network's layers of batch normalisation, in its order. */
export const batchNorms = (model: LayersModel): Layer[] =>
  model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization');

// Running mean and variance come last, whether the layer scales and shifts or not.
const statisticsOf = (layer: Layer) => layer.weights.slice(-2);

/**
 * Lets a batch of pictures into the running statistics: the network computes as in training, each batch normalisation
 * by the moments of the batch, and the running means and variances become the average of these moments over all
 * pictures seen, each picture weighing the same. This is Keras' moving average with a momentum that follows the count.
 * @param batch preprocessed, [n, size, size, 3]
 * @param seen pictures before this batch; 0 starts anew, whatever the statistics were
 */
export function takeMoments(tf: TensorFlow, model: LayersModel, batch: Tensor4D, seen: number): void {
  for (const layer of batchNorms(model))
    (layer as unknown as { momentum: number }).momentum = seen / (seen + batch.shape[0]);
  tf.tidy(() => {
    model.apply(batch, { training: true });
  });
}

/** The running means and variances, layer after layer, as float32. */
export async function readStatistics(model: LayersModel): Promise<Buffer> {
  const weights = batchNorms(model).flatMap(statisticsOf);
  const numbers = await Promise.all(weights.map((weight) => weight.read().data<'float32'>()));
  return Buffer.concat(
    numbers.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

/**
 * Sets what `readStatistics` gave.
 * @param file they come from, for messages
 * @throws InputError if they are not of this network
 */
export function setStatistics(tf: TensorFlow, model: LayersModel, bytes: Buffer, file: string): void {
  const weights = batchNorms(model).flatMap(statisticsOf);
  const count = weights.reduce((sum, { shape }) => sum + shape[0]!, 0);
  if (bytes.length !== 4 * count)
    throw new InputError(
      `${file} has ${bytes.length} bytes, the batch norm of ${model.name} needs ${4 * count}; delete it, or train the model again`,
    );
  // A copy, since a Float32Array must start at a multiple of four bytes.
  const numbers = new Float32Array(Uint8Array.from(bytes).buffer);
  let offset = 0;
  for (const weight of weights) {
    const values = numbers.subarray(offset, offset + weight.shape[0]!);
    tf.tidy(() => {
      weight.write(tf.tensor1d(values));
    });
    offset += values.length;
  }
}
