import { InputError } from '../core/check';

/** A picture of one number a pixel, 0 to 1, row by row. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

const radius = 5;
const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
  Math.exp(-((i - radius) ** 2) / (2 * 1.5 ** 2)),
);
const weights = kernel.map((weight) => weight / kernel.reduce((a, b) => a + b));

/** Weighted means in each whole window: [h − 10, w − 10]. */
function windowMeans(width: number, height: number, value: (i: number) => number): Float64Array {
  const across = width - 2 * radius;
  const rows = new Float64Array(across * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < across; x++)
      for (let k = 0; k < weights.length; k++)
        rows[y * across + x]! += weights[k]! * value(y * width + x + k);
  const means = new Float64Array(across * (height - 2 * radius));
  for (let i = 0; i < means.length; i++)
    for (let k = 0; k < weights.length; k++) means[i]! += weights[k]! * rows[i + k * across]!;
  return means;
}

/**
 * Mean structural similarity of two pictures (Wang et al. 2004): Gaussian windows of 11×11 pixels, σ 1.5,
 * K1 = 0.01, K2 = 0.03, range 1, whole windows only; as tf.image.ssim.
 * @returns up to 1, which only equal pictures have
 * @throws InputError if the pictures are not of one size, or smaller than a window
 */
export function structuralSimilarity(a: Grey, b: Grey): number {
  const { width, height } = a;
  if (b.width !== width || b.height !== height || Math.min(width, height) < weights.length)
    throw new InputError(
      `The pictures are ${width}×${height} and ${b.width}×${b.height}; two of one size, ${weights.length} pixels a side or more, are needed`,
    );
  const means = (value: (i: number) => number) => windowMeans(width, height, value);
  const meanA = means((i) => a.data[i]!);
  const meanB = means((i) => b.data[i]!);
  const squares = means((i) => a.data[i]! ** 2 + b.data[i]! ** 2);
  const products = means((i) => a.data[i]! * b.data[i]!);
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const product = meanA[i]! * meanB[i]!;
    const square = meanA[i]! ** 2 + meanB[i]! ** 2;
    const luminance = (2 * product + c1) / (square + c1);
    const contrast = (2 * (products[i]! - product) + c2) / (squares[i]! - square + c2);
    sum += luminance * contrast;
  }
  return sum / meanA.length;
}
