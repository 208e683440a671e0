import type { Random } from '../../core/random';
import { tabulate } from './tabulate';

/** What one patient's chest looks like; lengths in widths of the film. The picture's left is the patient's right. */
export interface Anatomy {
  /** Half width of the rib cage inside, at its widest. */
  readonly chestWidth: number;
  /** Top of the lungs. */
  readonly apex: number;
  /** Height of the top of the diaphragm's dome: [picture's left, picture's right]. */
  readonly domes: readonly [number, number];
  readonly domeDepth: number;
  /** Half width of the mediastinum. */
  readonly mediastinum: number;
  readonly heart: {
    readonly x: number;
    readonly y: number;
    readonly long: number;
    readonly short: number;
    readonly tilt: number;
    readonly atrium: number;
  };
  readonly aorta: number;
  readonly trachea: number;
  readonly ribs: {
    readonly first: number;
    readonly spacing: number;
    readonly height: number;
    readonly thickness: number;
    readonly contrast: number;
  };
  readonly clavicle: { readonly inner: number; readonly outer: number; readonly thickness: number };
  readonly shoulder: number;
  readonly torso: number;
  /** Strength of the breasts' shadows; 0 for none. */
  readonly breast: number;
  /** Radius of the air bubble in the stomach; 0 for none. */
  readonly bubble: number;
  readonly vessels: number;
}

const jitter = (random: Random, mean: number, deviation: number) => mean + deviation * random.normal();

/** A chest drawn at random. */
export function drawAnatomy(random: Random): Anatomy {
  const dome = jitter(random, 0.785, 0.018);
  return {
    chestWidth: jitter(random, 0.375, 0.014),
    apex: jitter(random, 0.105, 0.01),
    domes: [dome, dome + 0.02 + 0.012 * random.normal()],
    domeDepth: jitter(random, 0.095, 0.012),
    mediastinum: jitter(random, 0.05, 0.005),
    heart: {
      x: jitter(random, 0.06, 0.008),
      y: jitter(random, 0.68, 0.012),
      long: jitter(random, 0.19, 0.013),
      short: jitter(random, 0.132, 0.01),
      tilt: jitter(random, 0.62, 0.1),
      atrium: jitter(random, 0.112, 0.008),
    },
    aorta: jitter(random, 0.04, 0.004),
    trachea: 0.008 * random.normal(),
    ribs: {
      first: jitter(random, 0.115, 0.01),
      spacing: jitter(random, 0.072, 0.003),
      height: jitter(random, 0.165, 0.014),
      thickness: jitter(random, 0.0105, 0.001),
      contrast: random.between(0.12, 0.18),
    },
    clavicle: {
      inner: jitter(random, 0.2, 0.012),
      outer: jitter(random, 0.135, 0.018),
      thickness: jitter(random, 0.0135, 0.001),
    },
    shoulder: jitter(random, 0.1, 0.015),
    torso: jitter(random, 0.49, 0.014),
    breast: random.uniform() < 0.45 ? random.between(0.05, 0.16) : 0,
    bubble: random.uniform() < 0.6 ? random.between(0.025, 0.05) : 0,
    vessels: random.between(1.1, 1.6),
  };
}

/** The outlines that everything else in a chest keeps to. */
export interface Outlines {
  /** Half width of the rib cage inside at height y; 0 above the apex. */
  cage(y: number): number;
  /** Height of the diaphragm under the place x. */
  diaphragm(x: number): number;
  /** How deep inside a lung a place is: 0 at its edge, positive inside, in widths of the film. */
  depth(x: number, y: number): number;
}

/** Height at which the rib cage is widest. */
const widest = 0.68;

function cageWidth({ chestWidth, apex }: Anatomy, y: number): number {
  if (y >= widest) return chestWidth * (1 + 0.06 * (y - widest));
  const up = (widest - y) / (widest - apex);
  return up >= 1 ? 0 : chestWidth * (1 - up ** 2.9) ** 0.55;
}

export function outlinesOf(anatomy: Anatomy): Outlines {
  const { domes, domeDepth, chestWidth, apex } = anatomy;
  const cage = tabulate(-0.3, 1.3, (y) => cageWidth(anatomy, y));
  const medialEdge = tabulate(-0.3, 1.3, (y) => 0.042 + 0.06 * Math.max(0, 1 - (y - apex) / 0.1) ** 2);
  const dome = (side: number) =>
    tabulate(0, 0.6, (from) => {
      const out = (from - 0.17) / (chestWidth - 0.17);
      return domes[side]! + domeDepth * (out > 0 ? 1 : 0.3) * out * out;
    });
  const [left, right] = [dome(0), dome(1)];
  const diaphragm = (x: number) => (x < 0 ? left(-x) : right(x));
  return {
    cage,
    diaphragm,
    depth: (x, y) => {
      const from = Math.abs(x);
      return Math.min(from - medialEdge(y), diaphragm(x) - y, cage(y) - from);
    },
  };
}
