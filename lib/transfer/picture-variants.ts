import { seededRandom } from '../core/random';
import { regionVersion } from '../dataset/region';
import type { Xray } from '../dataset/xray';

/** A picture, or a copy of it: within another's border, rotated by `degrees`. */
export interface PictureToSee {
  readonly file: string;
  readonly sha256: string;
  /** 0 for the picture itself. */
  readonly degrees: number;
  /** The picture whose border it is given. Default: its own. */
  readonly border?: { readonly file: string; readonly sha256: string };
}

/** Records as they are, none rotated. */
export const asPictures = (xrays: readonly Pick<Xray, 'path' | 'sha256'>[]): PictureToSee[] =>
  xrays.map(({ path, sha256 }) => ({ file: path, sha256, degrees: 0 }));

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
export const variantKey = ({ sha256, degrees, border }: PictureToSee) =>
  [sha256, border ? `border ${regionVersion} ${border.sha256}` : '', degrees ? `rotated ${degrees}` : '']
    .filter(Boolean)
    .join(' ');
