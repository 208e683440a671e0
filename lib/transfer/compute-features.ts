import { readPictures } from '../dataset/read-pictures';
import type { FrozenBase } from '../networks/frozen-base';
import type { FeatureSettings } from './feature-settings';
import type { FeatureRows } from './feature-shard';
import { forward } from './forward';
import { type PictureToSee, variantKey } from './picture-variants';

/** Pictures a forward pass; more gains nothing on the processors measured (bench/results.md). */
export const batchSize = 8;

/**
 * Rows of features by key, a batch at a time: read and decoded in other threads while the batch before is computed.
 * @throws InputError naming the file that cannot be read
 * @throws the signal's reason, before the next batch
 */
export async function* computeFeatures(
  pictures: readonly PictureToSee[],
  base: FrozenBase,
  settings: FeatureSettings,
  signal?: AbortSignal,
): AsyncGenerator<FeatureRows> {
  const { resize, region = 'whole' } = settings;
  const reading = readPictures(pictures, { size: base.inputSize, resize, region }, batchSize);
  try {
    for (let start = 0; start < pictures.length; start += batchSize) {
      signal?.throwIfAborted();
      const batch = pictures.slice(start, start + batchSize);
      const pixels = [];
      for (const _ of batch) pixels.push((await reading.next()).value);
      const data = await forward(pixels, base, settings);
      const dimension = data.length / batch.length;
      yield new Map(
        batch.map((picture, i) => [variantKey(picture), data.slice(i * dimension, (i + 1) * dimension)]),
      );
    }
  } finally {
    await reading.return(undefined);
  }
}
