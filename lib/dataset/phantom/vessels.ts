import type { Random } from '../../core/random';
import { type Anatomy, lungDepth } from './anatomy';
import type { Point } from './pose';
import type { Stroke } from './strokes';

/** One branch and, from its end, two thinner ones, until they are too fine to be seen. */
function branch(
  anatomy: Anatomy,
  random: Random,
  from: Point,
  angle: number,
  radius: number,
  strokes: Stroke[],
): void {
  if (radius < 0.0011) return;
  const length = (0.028 + 5.5 * radius) * random.between(0.75, 1.25);
  const points: Point[] = [from];
  let [x, y] = from;
  let heading = angle;
  for (let step = 0; step < 4; step++) {
    heading += 0.13 * random.normal();
    x += (Math.cos(heading) * length) / 4;
    y += (Math.sin(heading) * length) / 4;
    points.push([x, y]);
  }
  if (lungDepth(anatomy, x, y) < 0.004) return;
  const thin = random.between(0.66, 0.8);
  const strength = (r: number) => anatomy.vessels * Math.min(0.15, 0.045 + 9 * r);
  const radii = points.map((_, i) => radius * (1 - ((1 - thin) * i) / 4));
  strokes.push({ points, radii, strengths: radii.map(strength), profile: 'tube' });
  const spread = random.between(0.28, 0.62);
  const lean = random.between(0.3, 0.7);
  branch(anatomy, random, [x, y], heading - spread * lean, radius * thin, strokes);
  branch(
    anatomy,
    random,
    [x, y],
    heading + spread * (1 - lean),
    radius * thin * random.between(0.75, 1),
    strokes,
  );
}

/** The vessels of both lungs: trees that leave the hila and thin towards the wall. */
export function vessels(anatomy: Anatomy, random: Random): Stroke[] {
  const strokes: Stroke[] = [];
  for (const side of [-1, 1]) {
    const hilum: Point = [side * 0.075, side < 0 ? 0.455 : 0.435];
    for (const down of [-1.15, -0.75, -0.35, 0.05, 0.4, 0.75, 1.1]) {
      const tilt = down + 0.1 * random.normal();
      const angle = side > 0 ? tilt : Math.PI - tilt;
      const radius = 0.0085 * (down > 0.3 ? 1.15 : 0.85) * random.between(0.8, 1.15);
      branch(anatomy, random, hilum, angle, radius, strokes);
    }
  }
  return strokes;
}
