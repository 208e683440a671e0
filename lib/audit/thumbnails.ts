import type { WorkOptions } from '../core/progress';
import type { Xray } from '../dataset/xray';
import { extractFeatures } from '../transfer/features';
import { withBackbone } from '../transfer/open-backbone';
import { asPictures } from '../transfer/picture-variants';
import { presets } from '../transfer/preset';

/** Side of a thumbnail, pixels. */
export const thumbnailSize = 32;

/**
 * Grey thumbnails of 32×32 pixels, from the feature cache where it has them: all that is needed to find duplicates and
 * to try what can be told without a network.
 * @returns [32 · 32] each, 0 to 255, in the order given
 * @throws InputError naming the file that cannot be read
 * @throws the signal's reason when interrupted; what was computed is kept
 */
export async function thumbnailsOf(
  xrays: readonly Pick<Xray, 'path' | 'sha256'>[],
  work: WorkOptions = {},
): Promise<Float32Array[]> {
  const { data, dimension } = await withBackbone({ name: 'pixels' }, (pixels) =>
    extractFeatures(asPictures(xrays), pixels, presets.sound, work),
  );
  // The network scales to 0 … 1.
  return xrays.map((_, i) => data.subarray(i * dimension, (i + 1) * dimension).map((value) => value * 255));
}
