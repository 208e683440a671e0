import { InputError } from '../core/check';
import { readPictures } from '../dataset/read-pictures';
import type { Pixels } from '../dataset/xray';
import type { FrozenBase } from '../networks/frozen-base';
import type { FeatureSettings } from './feature-settings';
import type { FeatureRows } from './feature-shard';
import { forward } from './forward';
import { type PictureToSee, variantKey } from './picture-variants';

/** Pictures a forward pass; more gains nothing on the processors measured (bench/results.md). */
export const batchSize = 8;

/**
 * Rows of features by key, a batch at a time: read and decoded in other threads while the batch before is computed.
 * @param onRefused told of each picture whose file cannot be read; it has no row then
 * @throws InputError naming the file that cannot be read, without `onRefused`
 * @throws the signal's reason, or that of the interrupt of the cell that asks, within a layer's time
 */
export async function* computeFeatures(
  pictures: readonly PictureToSee[],
  base: FrozenBase,
  settings: FeatureSettings,
  signal?: AbortSignal,
  onRefused?: (picture: PictureToSee, error: InputError) => void,
): AsyncGenerator<FeatureRows> {
  const { resize, region = 'whole' } = settings;
  const reading = readPictures(pictures, { size: base.inputSize, resize, region }, batchSize);
  try {
    for (let start = 0; start < pictures.length; start += batchSize) {
      signal?.throwIfAborted();
      const batch: PictureToSee[] = [];
      const pixels: Pixels[] = [];
      for (const picture of pictures.slice(start, start + batchSize)) {
        const read: Pixels | InputError = (await reading.next()).value;
        if (!(read instanceof InputError)) {
          batch.push(picture);
          pixels.push(read);
        } else if (onRefused) onRefused(picture, read);
        else throw read;
      }
      if (!batch.length) continue;
      const data = await forward(pixels, base, settings, signal);
      const dimension = data.length / batch.length;
      yield new Map(
        batch.map((picture, i) => [variantKey(picture), data.slice(i * dimension, (i + 1) * dimension)]),
      );
    }
  } finally {
    await reading.return(undefined);
  }
}
