import type { Random } from '../../core/random';
import type { Anatomy, Outlines } from './anatomy';
import type { Point } from './pose';
import type { Stroke } from './strokes';

const steps = (n: number): number[] => Array.from({ length: n + 1 }, (_, i) => i / n);
const sides = [-1, 1] as const;

/**
 * One rib: a tilted ring seen from behind. Its back half runs from the spine outwards and down, at the wall it
 * turns, and its front half comes back lower, wider and fainter until it becomes cartilage.
 */
function rib(anatomy: Anatomy, outlines: Outlines, side: number, number: number, random: Random): Stroke {
  const { first, spacing, height, thickness, contrast } = anatomy.ribs;
  // Upper ribs are short and steep; lower ones long and flatter.
  const low = number / 9;
  const level = first + spacing * number + (number === 0 ? 0.018 : 0) + 0.004 * random.normal();
  const drop = height * (0.72 + 0.45 * low) * (1 + 0.06 * random.normal());
  const lateral = level + drop * 0.62;
  const width = Math.max(0.13, outlines.cage(lateral)) + 0.006;
  const reach = 0.25 + 0.42 * Math.min(1, low * 1.6) - (number > 6 ? 0.16 * (number - 6) : 0);
  const angles = steps(26).map((t) => -Math.PI / 2 + t * Math.PI * (0.5 + Math.max(0.05, reach) * 0.62));
  const points = angles.map((angle): Point => {
    const out = Math.cos(angle) ** (angle < 0 ? 0.86 : 0.95);
    const down = angle < 0 ? 0.62 * (Math.sin(angle) + 1) : 0.62 + 0.95 * Math.sin(angle);
    const neck = 0.012 * Math.exp(-(((angle + 1.35) / 0.18) ** 2));
    return [side * (0.028 + (width - 0.028) * out), level + drop * down - neck];
  });
  const front = angles.map((angle) => Math.max(0, angle) / (Math.PI / 2));
  return {
    points,
    radii: front.map((f) => thickness * (1 + 0.28 * f)),
    strengths: front.map((f) => contrast * (number > 7 ? 0.6 : 1) * (1 - 0.5 * Math.min(1, f * 2.2))),
    profile: 'bone',
  };
}

function clavicle({ clavicle: { inner, outer, thickness } }: Anatomy, side: number): Stroke {
  const points = steps(20).map((t): Point => {
    const s = 0.016 * Math.sin(2 * Math.PI * (t - 0.08));
    return [side * (0.045 + 0.345 * t), inner + (outer - inner) * t ** 0.9 + s];
  });
  return {
    points,
    radii: steps(20).map((t) => thickness * (1 + 0.35 * (1 - t) ** 4 - 0.15 * Math.sin(Math.PI * t))),
    strengths: points.map(() => 0.17),
    profile: 'bone',
  };
}

/** The edges of a shoulder blade and the head of the humerus, turned out of the lungs as in a standing picture. */
function shoulder(anatomy: Anatomy, side: number): Stroke[] {
  const edge = anatomy.chestWidth;
  const border: Point[] = steps(12).map((t) => [
    side * (edge - 0.05 + 0.075 * t ** 1.6 - 0.02 * Math.sin(Math.PI * t)),
    0.155 + 0.27 * t,
  ]);
  const outer: Point[] = steps(12).map((t) => [
    side * (edge + 0.025 + 0.055 * (1 - t) ** 0.7),
    0.425 - 0.2 * (1 - t),
  ]);
  const spine: Point[] = steps(8).map((t) => [side * (edge - 0.04 + 0.13 * t), 0.2 - 0.05 * t]);
  const line = (points: Point[], radius: number, strength: number): Stroke => ({
    points,
    radii: points.map(() => radius),
    strengths: points.map(() => strength),
    profile: 'tube',
  });
  return [line(border, 0.007, 0.06), line(outer, 0.009, 0.08), line(spine, 0.011, 0.06)];
}

/** All bones that are drawn as lines. */
export const bones = (anatomy: Anatomy, outlines: Outlines, random: Random): Stroke[] =>
  sides.flatMap((side) => [
    ...Array.from({ length: 10 }, (_, number) => rib(anatomy, outlines, side, number, random)),
    clavicle(anatomy, side),
    ...shoulder(anatomy, side),
  ]);
