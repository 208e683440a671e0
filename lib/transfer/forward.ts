import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { tensorflow } from '../compute/tensorflow';
import { breathe } from '../core/breathe';
import type { Pixels } from '../dataset/xray';
import type { FrozenBase } from '../networks/frozen-base';
import { preprocess } from '../networks/preprocess';
import type { FeatureSettings } from './feature-settings';
import { poolingFor } from './pooling';

/** A pass through the base that can be interrupted between its layers, one of which takes up to some tenths of a second. */
async function mapOf(batch: Tensor4D, base: FrozenBase, signal: AbortSignal | undefined): Promise<Tensor4D> {
  const steps = base.inSteps(batch);
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value as Tensor4D;
      await breathe(signal);
    }
  } finally {
    steps.return(undefined as never);
  }
}

/**
 * Pixels [n, size, size, 3] of 0 … 255 through preprocessing, frozen base and pooling: an array of [n, dimension].
 * @throws the reason of the signal, or of the interrupt of the cell that asks, within a layer's time
 */
export async function forward(
  pictures: readonly Pixels[],
  base: FrozenBase,
  settings: Pick<FeatureSettings, 'preprocessing' | 'pooling'>,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const tf = await tensorflow();
  const mode = settings.preprocessing === 'own' ? base.preprocessing : settings.preprocessing;
  const { window, stride } = poolingFor(settings.pooling, base.featureShape);
  const size = base.inputSize;
  const bytes = new Float32Array(pictures.length * size * size * 3);
  pictures.forEach(({ data }, i) => {
    bytes.set(data, i * size * size * 3);
  });
  const held: Tensor[] = [];
  const hold = <T extends Tensor>(tensor: T): T => {
    held.push(tensor);
    return tensor;
  };
  try {
    const batch = hold(
      tf.tidy(() => preprocess(tf, tf.tensor4d(bytes, [pictures.length, size, size, 3]), mode)),
    );
    const map = hold(await mapOf(batch, base, signal));
    const output =
      settings.pooling === 'none'
        ? map
        : hold(tf.avgPool(map, window as [number, number], stride as [number, number], 'valid'));
    return (await output.data()) as Float32Array;
  } finally {
    tf.dispose(held);
  }
}
