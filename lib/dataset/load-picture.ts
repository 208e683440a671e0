import { checkChoice } from '../core/check';
import { asRgb } from './channels';
import { decodeChannels, readPictureFileSync } from './read-pixels';
import { keepRegion, type Region, withBorderOf } from './region';
import { resizeBilinear } from './resize';
import { resizeAntialiased } from './resize-antialiased';
import { rotate } from './rotate';
import type { Pixels } from './xray';

/** Ways to resize: `cv2` is the article's (OpenCV's bilinear, bit for bit), `antialiased` the sound one. */
export const resizeMethods = ['cv2', 'antialiased'] as const;
export type ResizeMethod = (typeof resizeMethods)[number];

/**
 * Resizes to a square, without keeping the aspect, as the article does.
 * @param size side of the result in pixels
 * @throws InputError for an unknown method or a size out of range
 */
export async function resizePixels(pixels: Pixels, size: number, method: ResizeMethod): Promise<Pixels> {
  checkChoice('resize', method, resizeMethods);
  return method === 'cv2' ? resizeBilinear(pixels, size, size) : resizeAntialiased(pixels, size, size);
}

/** How pictures are made ready for a network. */
export interface PictureSettings {
  /** Side in pixels. */
  readonly size: number;
  readonly resize: ResizeMethod;
  /** What is kept of each; the rest is black. */
  readonly region: Region;
}

/** A file to read, and the angles by which it is wanted turned, in degrees; 0 for the picture as it is. */
export interface PictureRequest {
  readonly file: string;
  /** The file whose border it is given. Default: its own. */
  readonly border?: string;
  readonly degrees: readonly number[];
}

/** As the file has it, one channel if it is grey. */
const loadResized = async (file: string, { size, resize }: PictureSettings): Promise<Pixels> =>
  resizePixels(await decodeChannels(readPictureFileSync(file), file), size, resize);

/**
 * Reads a JPEG or PNG file, resizes it to a square, gives it another's border if one is named, keeps the region and
 * turns it; one picture an angle, for one decoding.
 * @throws InputError as readPixels, resizePixels, keepRegion and rotate
 */
export async function loadTurned(
  { file, border, degrees }: PictureRequest,
  settings: PictureSettings,
): Promise<Pixels[]> {
  const own = await loadResized(file, settings);
  const resized =
    border === undefined ? own : withBorderOf(asRgb(own), asRgb(await loadResized(border, settings)));
  const { region } = settings;
  const kept = region === 'whole' ? resized : keepRegion(asRgb(resized), region);
  return degrees.map((angle) => asRgb(angle ? rotate(kept, angle) : kept));
}

/**
 * Reads a JPEG or PNG file and resizes it to a square.
 * @param size side of the result in pixels
 * @throws InputError as readPixels and resizePixels
 */
export async function loadPicture(file: string, size: number, method: ResizeMethod): Promise<Pixels> {
  const [picture] = await loadTurned({ file, degrees: [0] }, { size, resize: method, region: 'whole' });
  return picture!;
}
