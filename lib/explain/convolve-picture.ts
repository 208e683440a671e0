import { InputError } from '../core/check';
import type { Pixels } from '../dataset/xray';

/**
 * A picture's brightness convolved with a square kernel, as a convolution layer computes it (no flip, "valid"),
 * shifted so that 0 is mid-grey.
 * @param kernel odd number of rows and columns
 * @throws InputError if the kernel is not square with an odd side, or larger than the picture
 */
export function convolvePicture(
  { width, height, data }: Pixels,
  kernel: readonly (readonly number[])[],
): Pixels {
  const side = kernel.length;
  if (side % 2 === 0 || kernel.some((row) => row.length !== side) || side > Math.min(width, height))
    throw new InputError(
      `kernel is ${side}×${kernel[0]?.length ?? 0}; it must be square, with an odd side, within the picture`,
    );
  const [outputWidth, outputHeight] = [width - side + 1, height - side + 1];
  const output = new Uint8Array(outputWidth * outputHeight * 3);
  for (let y = 0; y < outputHeight; y++)
    for (let x = 0; x < outputWidth; x++) {
      let sum = 0;
      for (let i = 0; i < side; i++)
        for (let j = 0; j < side; j++) sum += kernel[i]![j]! * data[((y + i) * width + x + j) * 3]!;
      output.fill(
        Math.max(0, Math.min(255, 128 + sum)),
        (y * outputWidth + x) * 3,
        (y * outputWidth + x) * 3 + 3,
      );
    }
  return { width: outputWidth, height: outputHeight, data: output };
}
