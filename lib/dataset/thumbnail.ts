import { checkWhole } from '../core/check';
import type { Pixels } from './xray';

/**
 * A small grey picture: the mean over each of size × size boxes that tile the picture, whatever its aspect, and over
 * the three colours. Of 224×224 pixels and size 32 it is what the network `pixels` gives. Where a side has fewer pixels
 * than boxes, several boxes repeat a pixel.
 * @param size side of the result, 1 to 1024
 * @returns [size · size], 0 to 255, row by row from the top left
 * @throws InputError for a size out of range
 */
export function greyThumbnail({ width, height, data }: Pixels, size: number): Float32Array {
  checkWhole('size', size, 1, 1024);
  const sums = new Float64Array(size * size);
  const counts = new Float64Array(size * size);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x * size) / width));
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor((y * size) / height) * size;
    for (let x = 0; x < width; x++, i += 3) {
      const box = row + columns[x]!;
      sums[box]! += data[i]! + data[i + 1]! + data[i + 2]!;
      counts[box]!++;
    }
  }
  const means = Float32Array.from(sums, (sum, box) => sum / (3 * counts[box]!));
  /** Of a side with fewer pixels than boxes: the box that has the pixel in which this one begins. */
  const filled = (box: number, length: number) =>
    length < size ? Math.floor((Math.floor((box * length) / size) * size) / length) : box;
  return means.map((_, i) => means[filled(Math.floor(i / size), height) * size + filled(i % size, width)]!);
}
