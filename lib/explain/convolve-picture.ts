import { InputError } from '../core/check';
import { convolve, type Grid } from '../dataset/convolve';
import type { Pixels } from '../dataset/xray';

/**
 * What a convolution layer makes of a picture's brightness with one kernel, as a grey picture in which 0 is mid-grey.
 * @param kernel square, with an odd side
 * @throws InputError if the kernel is not, or is larger than the picture
 */
export function convolvePicture({ width, height, data }: Pixels, kernel: Grid): Pixels {
  const side = kernel.length;
  if (side % 2 === 0 || kernel.some((row) => row.length !== side) || side > Math.min(width, height))
    throw new InputError(
      `kernel is ${side}×${kernel[0]?.length ?? 0}; it must be square, with an odd side, within the picture`,
    );
  const brightness = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]!),
  );
  const sums = convolve(brightness, kernel);
  const grey = sums.flat().flatMap((sum) => Array(3).fill(Math.max(0, Math.min(255, 128 + sum))));
  return { width: sums[0]!.length, height: sums.length, data: Uint8Array.from(grey) };
}
