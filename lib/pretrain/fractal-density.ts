/** How points are laid on a square of pixels. */
export interface Placement {
  /** Radians by which the points are turned. */
  readonly angle: number;
  /** Share of the side that the points' larger extent takes; above 1 some fall outside. */
  readonly scale: number;
  /** Where the middle of the points lies, as shares of the side off the square's middle. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Whether left and right are exchanged. */
  readonly flip: boolean;
}

/** The whole attractor, upright. */
export const plain: Placement = { angle: 0, scale: 0.98, shiftX: 0, shiftY: 0, flip: false };

/**
 * Points as light: log(1 + count) of each pixel, divided by the largest.
 * @param points [2n], x and y in turn; turned in place
 * @param density [size²], overwritten with numbers in [0, 1]
 */
export function drawDensity(
  points: Float64Array,
  { angle, scale, shiftX, shiftY, flip }: Placement,
  size: number,
  density: Float32Array,
): void {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const [px, py] = [points[i]!, points[i + 1]!];
    const x = cosine * px - sine * py;
    const y = sine * px + cosine * py;
    points[i] = x;
    points[i + 1] = y;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  const perUnit = (scale * size) / Math.max(right - left, bottom - top, 1e-9);
  const factorX = flip ? -perUnit : perUnit;
  const startX = size * (0.5 + shiftX) - (factorX * (left + right)) / 2;
  const startY = size * (0.5 + shiftY) - (perUnit * (top + bottom)) / 2;
  density.fill(0);
  let most = 1;
  for (let i = 0; i < points.length; i += 2) {
    const x = Math.floor(startX + factorX * points[i]!);
    const y = Math.floor(startY + perUnit * points[i + 1]!);
    if (x < 0 || y < 0 || x >= size || y >= size) continue;
    const count = ++density[y * size + x]!;
    if (count > most) most = count;
  }
  const largest = Math.log1p(most);
  for (let i = 0; i < density.length; i++) {
    const count = density[i]!;
    if (count) density[i] = Math.log1p(count) / largest;
  }
}

/** Share of the pixels that have a point. */
export function coverage(density: Float32Array): number {
  let covered = 0;
  for (const value of density) if (value) covered++;
  return covered / density.length;
}
