import type { Random } from '../../core/random';
import type { Anatomy, Outlines } from './anatomy';
import type { Point } from './pose';
import type { Stroke } from './strokes';

/** What all branches of one patient share. */
interface Tree {
  readonly outlines: Outlines;
  readonly random: Random;
  readonly contrast: number;
  readonly strokes: Stroke[];
}

/** One branch and, from its end, two thinner ones, until they are too fine to be seen. */
function branch(tree: Tree, from: Point, angle: number, radius: number): void {
  const { outlines, random, contrast, strokes } = tree;
  if (radius < 0.0012) return;
  const length = (0.03 + 4 * radius) * random.between(0.7, 1.3);
  const bend = 0.1 * random.normal();
  const points: Point[] = [from];
  let [x, y] = from;
  let heading = angle;
  for (let step = 0; step < 4; step++) {
    heading += bend + 0.08 * random.normal();
    x += (Math.cos(heading) * length) / 4;
    y += (Math.sin(heading) * length) / 4;
    points.push([x, y]);
  }
  if (Math.abs(x) > 0.16 && outlines.depth(x, y) < 0.006) return;
  const thin = random.between(0.68, 0.82);
  const radii = points.map((_, i) => radius * (1 - ((1 - thin) * i) / 4));
  const strengths = radii.map((r) => contrast * Math.min(0.11, 0.025 + 9 * r));
  strokes.push({ points, radii, strengths, profile: 'tube' });
  const spread = random.between(0.35, 0.85);
  const lean = random.between(0.15, 0.85);
  branch(tree, [x, y], heading - spread * lean, radius * thin * random.between(0.7, 1));
  branch(tree, [x, y], heading + spread * (1 - lean), radius * thin * random.between(0.7, 1));
}

/** Where trunks leave a hilum: height from its middle, direction from straight outwards, and calibre. */
const trunks = [
  [-0.045, -1.2, 0.8],
  [-0.035, -0.75, 0.75],
  [-0.015, -0.3, 0.7],
  [0.01, 0.15, 0.8],
  [0.02, 0.6, 0.95],
  [0.03, 0.95, 1.15],
  [0.045, 1.25, 1.2],
] as const;

/** The vessels of both lungs: trees that leave the hila and thin towards the wall. */
export function vessels(anatomy: Anatomy, outlines: Outlines, random: Random): Stroke[] {
  const tree: Tree = { outlines, random, contrast: anatomy.vessels, strokes: [] };
  for (const side of [-1, 1]) {
    for (const [down, direction, calibre] of trunks) {
      const tilt = direction + 0.15 * random.normal();
      const from: Point = [side * (0.07 + 0.012 * random.normal()), (side < 0 ? 0.47 : 0.45) + down];
      branch(tree, from, side > 0 ? tilt : Math.PI - tilt, 0.0078 * calibre * random.between(0.8, 1.15));
    }
  }
  return tree.strokes;
}
