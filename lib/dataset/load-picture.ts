import { checkChoice } from '../core/check';
import { asRgb } from './channels';
import { decodeChannels, readPictureFileSync } from './read-pixels';
import { resizeAntialiased, resizeBilinear } from './resize';
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

/** A file to read, and the angles by which it is wanted turned, in degrees; 0 for the picture as it is. */
export interface PictureRequest {
  readonly file: string;
  readonly degrees: readonly number[];
}

/**
 * Reads a JPEG or PNG file, resizes it to a square and turns it; one picture an angle, for one decoding.
 * @param size side of the results in pixels
 * @throws InputError as readPixels, resizePixels and rotate
 */
export async function loadTurned(
  { file, degrees }: PictureRequest,
  size: number,
  method: ResizeMethod,
): Promise<Pixels[]> {
  const decoded = await decodeChannels(readPictureFileSync(file), file);
  const resized = await resizePixels(decoded, size, method);
  return degrees.map((angle) => asRgb(angle ? rotate(resized, angle) : resized));
}

/**
 * Reads a JPEG or PNG file and resizes it to a square.
 * @param size side of the result in pixels
 * @throws InputError as readPixels and resizePixels
 */
export async function loadPicture(file: string, size: number, method: ResizeMethod): Promise<Pixels> {
  const [picture] = await loadTurned({ file, degrees: [0] }, size, method);
  return picture!;
}
