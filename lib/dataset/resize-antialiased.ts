import sharp from 'sharp';
import { checkWhole } from '../core/check';
import { channelsOf } from './channels';
import { largestSide } from './resize';
import type { Pixels } from './xray';

/**
 * Resizes with a linear kernel as wide as the reduction (antialiased), which `resizeBilinear` is not:
 * small marks neither vanish nor alias. For the sound preset. One channel stays one.
 * @param width of the result, pixels, 1 to 16384
 * @param height of the result, pixels, 1 to 16384
 * @throws InputError for a size out of range
 */
export async function resizeAntialiased(pixels: Pixels, width: number, height: number): Promise<Pixels> {
  checkWhole('width', width, 1, largestSide);
  checkWhole('height', height, 1, largestSide);
  if (pixels.width === width && pixels.height === height) return pixels;
  const channels = channelsOf(pixels) as 1 | 3;
  const raw = { width: pixels.width, height: pixels.height, channels };
  const data = await sharp(pixels.data, { raw })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return { width, height, data };
}
