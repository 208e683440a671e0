import { seededRandom } from '../core/random';
import type { Xray } from '../dataset/xray';

/** A picture, or a copy of it rotated by `degrees`. */
export interface PictureToSee {
  readonly file: string;
  readonly sha256: string;
  /** 0 for the picture itself. */
  readonly degrees: number;
}

/** The picture itself, then its rotated copies; the angles follow from seed and picture alone. */
export function variantsOf(
  xray: Pick<Xray, 'path' | 'sha256'>,
  copies: number,
  rotation: number,
  seed: number,
): PictureToSee[] {
  const random = seededRandom(`${seed}/rotation/${xray.sha256}`);
  const angles = Array.from({ length: copies }, () => random.between(-rotation, rotation));
  return [0, ...angles].map((degrees) => ({ file: xray.path, sha256: xray.sha256, degrees }));
}

/** The name of its features in the cache; follows from the bytes, not from where the file lies. */
export const variantKey = ({ sha256, degrees }: PictureToSee) =>
  degrees ? `${sha256} rotated ${degrees}` : sha256;
