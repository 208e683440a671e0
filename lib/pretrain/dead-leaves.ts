import type { FastRandom } from './fast-random';

/** Radii of leaves, pixels of a picture of 64. */
const [smallest, largest] = [2, 32];

/** A number in [2, 32] with a density that falls as r^-exponent. */
function radius(exponent: number, random: FastRandom): number {
  const power = 1 - exponent;
  const [from, to] = [smallest ** power, largest ** power];
  return (from + (to - from) * random.uniform()) ** (1 / power);
}

/**
 * A ground of discs that cover one another (Matheron 1968; Lee, Mumford & Huang 2001, whose statistics are those of
 * natural pictures): 20 to 139 leaves, radii r^-2 to r^-3.5, grey levels uniform in [0, contrast].
 * @param picture [size²], overwritten
 */
export function drawDeadLeaves(
  picture: Float32Array,
  size: number,
  contrast: number,
  random: FastRandom,
): void {
  picture.fill(contrast * random.uniform());
  const leaves = 20 + random.integer(120);
  const exponent = random.between(2, 3.5);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const r = radius(exponent, random);
    const [cx, cy] = [random.between(0, size), random.between(0, size)];
    const grey = contrast * random.uniform();
    const bottom = Math.min(size - 1, Math.floor(cy + r));
    for (let y = Math.max(0, Math.ceil(cy - r)); y <= bottom; y++) {
      const half = Math.sqrt(Math.max(0, r * r - (y - cy) ** 2));
      const from = Math.max(0, Math.ceil(cx - half));
      const to = Math.min(size, Math.floor(cx + half) + 1);
      if (from < to) picture.fill(grey, y * size + from, y * size + to);
    }
  }
}
