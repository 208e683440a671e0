import { checkNumber } from '../core/check';
import { channelsOf } from './channels';
import type { Pixels } from './xray';

/**
 * Turns a picture about its centre, keeping its size: bilinear between pixels, corners filled with the nearest
 * pixel, rounded to 8 bits. The same direction and arithmetic as Keras'
 * `apply_affine_transform(theta=degrees, order=1, fill_mode='nearest')`, which ImageDataGenerator uses (for squares;
 * on other shapes Keras confuses the sides and misses the centre). One channel stays one.
 * @param degrees -360 to 360; positive turns anticlockwise as seen
 * @throws InputError for degrees out of range
 */
export function rotate(pixels: Pixels, degrees: number): Pixels {
  checkNumber('degrees', degrees, -360, 360);
  const { width, height, data } = pixels;
  const channels = channelsOf(pixels);
  const stride = width * channels;
  const turned = new Uint8Array(data.length);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const centreX = width / 2 - 0.5;
  const centreY = height / 2 - 0.5;
  for (let y = 0, o = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sourceY = Math.min(Math.max(sin * (x - centreX) + cos * (y - centreY) + centreY, 0), height - 1);
      const sourceX = Math.min(Math.max(cos * (x - centreX) - sin * (y - centreY) + centreX, 0), width - 1);
      // Neither is negative, so that cutting off the fraction rounds down.
      const top = sourceY | 0;
      const left = sourceX | 0;
      const down = sourceY - top;
      const right = sourceX - left;
      const a = top * stride + left * channels;
      const b = left + 1 < width ? a + channels : a;
      const below = top + 1 < height ? stride : 0;
      for (let c = 0; c < channels; c++) {
        const upper = data[a + c]! * (1 - right) + data[b + c]! * right;
        const lower = data[a + below + c]! * (1 - right) + data[b + below + c]! * right;
        // The array cuts off the fraction.
        turned[o++] = upper * (1 - down) + lower * down + 0.5;
      }
    }
  return { width, height, data: turned };
}
