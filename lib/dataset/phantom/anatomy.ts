import type { Random } from '../../core/random';

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
  const dome = jitter(random, 0.765, 0.018);
  return {
    chestWidth: jitter(random, 0.355, 0.014),
    apex: jitter(random, 0.105, 0.01),
    domes: [dome, dome + 0.02 + 0.012 * random.normal()],
    domeDepth: jitter(random, 0.115, 0.012),
    mediastinum: jitter(random, 0.055, 0.006),
    heart: {
      x: jitter(random, 0.06, 0.008),
      y: jitter(random, 0.645, 0.012),
      long: jitter(random, 0.168, 0.012),
      short: jitter(random, 0.12, 0.009),
      tilt: jitter(random, 0.62, 0.1),
      atrium: jitter(random, 0.1, 0.007),
    },
    aorta: jitter(random, 0.04, 0.004),
    trachea: 0.008 * random.normal(),
    ribs: {
      first: jitter(random, 0.135, 0.012),
      spacing: jitter(random, 0.072, 0.003),
      height: jitter(random, 0.125, 0.014),
      thickness: jitter(random, 0.0105, 0.001),
      contrast: random.between(0.09, 0.15),
    },
    clavicle: {
      inner: jitter(random, 0.2, 0.012),
      outer: jitter(random, 0.135, 0.018),
      thickness: jitter(random, 0.0125, 0.001),
    },
    shoulder: jitter(random, 0.1, 0.015),
    torso: jitter(random, 0.465, 0.015),
    breast: random.uniform() < 0.45 ? random.between(0.05, 0.16) : 0,
    bubble: random.uniform() < 0.6 ? random.between(0.025, 0.05) : 0,
    vessels: random.between(0.8, 1.2),
  };
}

/** Half width of the rib cage inside at height y; 0 above the apex. */
export function cageWidth({ chestWidth, apex }: Anatomy, y: number): number {
  const widest = 0.66;
  if (y >= widest) return chestWidth * (1 + 0.05 * (y - widest));
  const up = (widest - y) / (widest - apex);
  return up >= 1 ? 0 : chestWidth * (1 - up ** 2.3) ** 0.56;
}

/** Height of the diaphragm under the place x. */
export function diaphragm(anatomy: Anatomy, x: number): number {
  const dome = anatomy.domes[x < 0 ? 0 : 1];
  const out = (Math.abs(x) - 0.17) / (anatomy.chestWidth - 0.17);
  return dome + (out > 0 ? anatomy.domeDepth * out * out : 0.3 * anatomy.domeDepth * out * out);
}

/** How deep inside a lung a place is: 0 at the edge, positive inside, in widths of the film. */
export function lungDepth(anatomy: Anatomy, x: number, y: number): number {
  const from = Math.abs(x);
  const medial = from - 0.045;
  const below = diaphragm(anatomy, x) - y;
  const lateral = cageWidth(anatomy, y) - from;
  return Math.min(medial, below, lateral);
}
