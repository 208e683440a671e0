import type { Random } from '../../core/random';

/** How a patient stands before the film: from the body's coordinates to pixels. */
export interface Pose {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly scale: number;
  /** Radians. */
  readonly rotation: number;
}

export const drawPose = (random: Random): Pose => ({
  shiftX: 0.03 * random.normal(),
  shiftY: 0.03 * random.normal(),
  scale: Math.exp(0.06 * random.normal()),
  rotation: 0.045 * random.normal(),
});

/** A place in the body: x from the midline to the picture's right, y from the top, both in widths of the film. */
export type Point = readonly [x: number, y: number];

/** From the body's coordinates to pixels. */
export function toFilm({ shiftX, shiftY, scale, rotation }: Pose, size: number, [x, y]: Point): Point {
  const cos = Math.cos(rotation) * scale;
  const sin = Math.sin(rotation) * scale;
  const down = y - 0.5;
  return [size * (0.5 + shiftX + cos * x - sin * down), size * (0.5 + shiftY + sin * x + cos * down)];
}

/** From pixels to the body's coordinates; the inverse of `toFilm`, for a whole row at once without allocation. */
export function bodyCoordinates(pose: Pose, size: number): { x: Float32Array; y: Float32Array } {
  const cos = Math.cos(pose.rotation) / pose.scale;
  const sin = Math.sin(pose.rotation) / pose.scale;
  const x = new Float32Array(size * size);
  const y = new Float32Array(size * size);
  for (let row = 0, i = 0; row < size; row++) {
    const down = (row + 0.5) / size - 0.5 - pose.shiftY;
    for (let column = 0; column < size; column++, i++) {
      const right = (column + 0.5) / size - 0.5 - pose.shiftX;
      x[i] = cos * right + sin * down;
      y[i] = 0.5 - sin * right + cos * down;
    }
  }
  return { x, y };
}
