export type Grid = readonly (readonly number[])[];

/**
 * What a convolution layer computes, without padding, at stride 1: at each place the sum of the products of kernel and
 * picture (a cross-correlation; the kernel is not turned, as in Keras).
 * @param picture [h, w]
 * @param kernel [k, k], no larger than the picture
 * @returns [h − k + 1, w − k + 1]
 */
export function convolve(picture: Grid, kernel: Grid): number[][] {
  const size = kernel.length;
  const places = (length: number) => Array.from({ length: length - size + 1 }, (_, i) => i);
  return places(picture.length).map((row) =>
    places(picture[0]!.length).map((column) =>
      kernel.reduce(
        (sum, weights, i) =>
          weights.reduce((total, weight, j) => total + weight * picture[row + i]![column + j]!, sum),
        0,
      ),
    ),
  );
}
