import type { Pixels } from '../dataset/xray';

/** Top left corner of a square. */
export interface Corner {
  readonly left: number;
  readonly top: number;
}

/** Where along a side squares begin so that they cover it; the last one ends with it. */
export function squareStarts(side: number, patch: number, stride: number): number[] {
  const last = side - patch;
  return [...Array.from({ length: Math.ceil(last / stride) }, (_, i) => i * stride), last];
}

/** Mean red, green and blue, in whole numbers. */
export function meanColor({ data }: Pixels): number[] {
  const sums = [0, 0, 0];
  data.forEach((value, i) => {
    sums[i % 3]! += value;
  });
  return sums.map((sum) => Math.round((3 * sum) / data.length));
}

/** The picture with a square of one colour on it. */
export function hide(
  { width, height, data }: Pixels,
  { left, top }: Corner,
  patch: number,
  color: number[],
): Pixels {
  const hidden = Uint8Array.from(data);
  for (let y = top; y < top + patch; y++)
    for (let x = left; x < left + patch; x++) hidden.set(color, (y * width + x) * 3);
  return { width, height, data: hidden };
}
