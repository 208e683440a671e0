import type { Tensor4D } from '@tensorflow/tfjs';
import { tensorflow } from '../compute/tensorflow';
import type { Pixels } from '../dataset/xray';
import type { FrozenBase } from '../networks/frozen-base';
import { preprocess } from '../networks/preprocess';
import type { FeatureSettings } from './feature-settings';
import { poolingFor } from './pooling';

/** Pixels [n, size, size, 3] of 0 … 255 through preprocessing, frozen base and pooling: an array of [n, dimension]. */
export async function forward(
  pictures: readonly Pixels[],
  base: FrozenBase,
  settings: Pick<FeatureSettings, 'preprocessing' | 'pooling'>,
): Promise<Float32Array> {
  const tf = await tensorflow();
  const mode = settings.preprocessing === 'own' ? base.preprocessing : settings.preprocessing;
  const { window, stride } = poolingFor(settings.pooling, base.featureShape);
  const size = base.inputSize;
  const bytes = new Float32Array(pictures.length * size * size * 3);
  pictures.forEach(({ data }, i) => {
    bytes.set(data, i * size * size * 3);
  });
  const output = tf.tidy(() => {
    const batch = tf.tensor4d(bytes, [pictures.length, size, size, 3]);
    const map = base.infer(preprocess(tf, batch, mode)) as Tensor4D;
    return settings.pooling === 'none'
      ? map
      : tf.avgPool(map, window as [number, number], stride as [number, number], 'valid');
  });
  try {
    return (await output.data()) as Float32Array;
  } finally {
    output.dispose();
  }
}
