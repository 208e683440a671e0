import type { Field } from './field';
import { type Point, type Pose, toFilm } from './pose';

/** A line of varying width, such as a rib or a vessel. */
export interface Stroke {
  readonly points: readonly Point[];
  /** Half width at each point, in widths of the film. */
  readonly radii: readonly number[];
  /** Added attenuation at the middle of the line, at each point. */
  readonly strengths: readonly number[];
  /** `tube`: brightest inside; `bone`: brightest at its edges, where the cortex is seen along its length. */
  readonly profile: 'tube' | 'bone';
}

const profiles = {
  tube: (across: number) => Math.sqrt(1 - across * across),
  bone: (across: number) => (1 - across ** 6) * (0.62 + 0.38 * smoothRim(across)),
};

function smoothRim(across: number): number {
  return across * across;
}

/** Draws strokes; where parts of one stroke overlap the strongest counts, strokes themselves add up. */
export function drawStrokes(into: Field, pose: Pose, strokes: readonly Stroke[]): void {
  const scratch = new Float32Array(into.data.length);
  for (const stroke of strokes) addStroke(into, scratch, pose, stroke);
}

function addStroke({ size, data }: Field, scratch: Float32Array, pose: Pose, stroke: Stroke): void {
  const profile = profiles[stroke.profile];
  const touched: number[] = [];
  const points = stroke.points.map((point) => toFilm(pose, size, point));
  for (let k = 0; k + 1 < points.length; k++) {
    const [ax, ay] = points[k]!;
    const [bx, by] = points[k + 1]!;
    const [ra, rb] = [stroke.radii[k]! * pose.scale * size, stroke.radii[k + 1]! * pose.scale * size];
    const [sa, sb] = [stroke.strengths[k]!, stroke.strengths[k + 1]!];
    const reach = Math.max(ra, rb) + 1;
    const squared = (bx - ax) ** 2 + (by - ay) ** 2 || 1e-9;
    const left = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
    const right = Math.min(size - 1, Math.ceil(Math.max(ax, bx) + reach));
    const top = Math.max(0, Math.floor(Math.min(ay, by) - reach));
    const bottom = Math.min(size - 1, Math.ceil(Math.max(ay, by) + reach));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const along = Math.min(1, Math.max(0, (px * (bx - ax) + py * (by - ay)) / squared));
        const distance = Math.sqrt((px - along * (bx - ax)) ** 2 + (py - along * (by - ay)) ** 2);
        const radius = ra + along * (rb - ra);
        // Thinner than a pixel: drawn a pixel wide and fainter, so that fine branches fade and do not break up.
        const drawn = Math.max(0.75, radius);
        if (distance >= drawn) continue;
        const value = (sa + along * (sb - sa)) * (radius / drawn) * profile(distance / drawn);
        const i = y * size + x;
        if (scratch[i] === 0) touched.push(i);
        if (value > scratch[i]!) scratch[i] = value;
      }
    }
  }
  for (const i of touched) {
    data[i]! += scratch[i]!;
    scratch[i] = 0;
  }
}
