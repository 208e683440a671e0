import type { Xray } from '../dataset/xray';
import { type PictureToSee, variantKey, variantsOf } from '../transfer/picture-variants';
import { type FeatureGroup, trainingSeed } from './plan';

/** The pictures of a piece of feature extraction and their rotated copies, each once, in their order. */
export function variantsOfPiece(
  xrays: readonly Xray[],
  { copies, rotation }: Pick<FeatureGroup, 'copies' | 'rotation'>,
): PictureToSee[] {
  const all = xrays.flatMap((xray) => variantsOf(xray, copies, rotation, trainingSeed));
  return [...new Map(all.map((picture) => [variantKey(picture), picture])).values()];
}
