import { checkChoice } from '../core/check';
import { readPixels } from './read-pixels';
import { resizeAntialiased, resizeBilinear } from './resize';
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

/**
 * Reads a JPEG or PNG file and resizes it to a square.
 * @param size side of the result in pixels
 * @throws InputError as readPixels and resizePixels
 */
export async function loadPicture(file: string, size: number, method: ResizeMethod): Promise<Pixels> {
  return resizePixels(await readPixels(file), size, method);
}
