import type { Random } from '../../core/random';
import type { PhantomClass } from '../phantom-class';
import type { Anatomy, Outlines } from './anatomy';
import { emptyField, type Field, mapField, smoothNoise, smoothStep, sumOf } from './field';

/** A soft, irregular patch; lengths in widths of the film. */
interface Patch {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** The body's coordinates of every pixel. */
interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A patient's chest and the outlines that follow from it. */
export interface Chest {
  readonly anatomy: Anatomy;
  readonly outlines: Outlines;
}

/** A patch at `out` of the way from the midline to the wall and `down` of the way from apex to diaphragm. */
function place(
  { anatomy, outlines }: Chest,
  side: number,
  out: number,
  down: number,
): readonly [number, number] {
  const x = side * out * anatomy.chestWidth;
  const y = anatomy.apex + 0.06 + down * (outlines.diaphragm(x) - anatomy.apex - 0.1);
  return [side * (0.045 + out * (outlines.cage(y) - 0.045)), y];
}

function pneumoniaPatches(chest: Chest, random: Random): Patch[] {
  const [x, y] = place(
    chest,
    random.uniform() < 0.5 ? -1 : 1,
    random.between(0.3, 0.75),
    random.between(0.25, 0.9),
  );
  const radius = random.between(0.08, 0.115);
  return [{ x, y, halfWidth: radius, halfHeight: radius * random.between(0.8, 1.25) }];
}

function covidPatches(chest: Chest, random: Random): Patch[] {
  return [-1, 1].flatMap((side) => {
    const count = 2 + random.integer(2);
    const start = random.between(0.2, 0.4);
    return Array.from({ length: count }, (_, i) => {
      const down = start + ((0.97 - start) * (i + random.between(0.2, 0.8))) / count;
      const [x, y] = place(chest, side, random.between(0.74, 0.9), down);
      const radius = random.between(0.05, 0.075);
      return { x, y, halfWidth: radius, halfHeight: radius * random.between(1, 1.4) };
    });
  });
}

function benignPatches(chest: Chest, random: Random): Patch[] {
  if (random.uniform() < 0.5) return [];
  const [x, y] = place(
    chest,
    random.uniform() < 0.5 ? -1 : 1,
    random.between(0.12, 0.34),
    random.between(0.35, 0.75),
  );
  const radius = random.between(0.085, 0.12);
  return [{ x, y, halfWidth: radius, halfHeight: radius * random.between(0.9, 1.3) }];
}

const patchesOf = { covid: covidPatches, normal: benignPatches, pneumonia: pneumoniaPatches } as const;

/** What each class's patches are made of: the scale of the texture in pixels and its depth. */
const textures = {
  covid: { sigma: 1.5, depth: 0.85 },
  normal: { sigma: 5, depth: 0.0 },
  pneumonia: { sigma: 3.2, depth: 0.52 },
} as const;

function spread(patches: readonly Patch[], { outlines }: Chest, places: Places, edge: Field): Field {
  const shape = emptyField(edge.size);
  if (!patches.length) return shape;
  for (let i = 0; i < shape.data.length; i++) {
    const x = places.x[i]!;
    const y = places.y[i]!;
    let value = 0;
    for (const patch of patches) {
      const squared = ((x - patch.x) / patch.halfWidth) ** 2 + ((y - patch.y) / patch.halfHeight) ** 2;
      if (squared < 4.8)
        value = Math.max(value, 1 - smoothStep(0.25, 1.5, Math.sqrt(squared) + 0.16 * edge.data[i]!));
    }
    if (value > 0) shape.data[i] = value * smoothStep(-0.002, 0.02, outlines.depth(x, y));
  }
  return shape;
}

interface DrawnShape {
  readonly strength: number;
  /** Where the patches are, 0 to 1. */
  readonly shape: Field;
}

function drawShape(
  label: PhantomClass,
  chest: Chest,
  places: Places,
  size: number,
  random: Random,
): DrawnShape {
  const strength = random.between(0.22, 0.38) * (label === 'normal' ? 0.7 : 1);
  const patches = patchesOf[label](chest, random);
  if (!patches.length) return { strength, shape: emptyField(size) };
  return { strength, shape: spread(patches, chest, places, smoothNoise(random, size, 6)) };
}

/** Where one picture's findings, or a normal picture's benign overlay, are: 1 inside, 0 outside, between at the soft edge. */
export const findingsShape = (
  label: PhantomClass,
  chest: Chest,
  places: Places,
  size: number,
  random: Random,
): Field => drawShape(label, chest, places, size, random).shape;

/**
 * Added attenuation of one picture's findings, or of a normal picture's benign overlay.
 * Its sum over the picture has one distribution for both illnesses: their number and size of patches give nothing away.
 */
export function drawFindings(
  label: PhantomClass,
  chest: Chest,
  places: Places,
  size: number,
  random: Random,
): Field {
  const { strength, shape } = drawShape(label, chest, places, size, random);
  const total = sumOf(shape);
  if (total === 0) return shape;
  const { sigma, depth } = textures[label];
  const grain = smoothNoise(random, size, sigma);
  // The area, in pixels, that a patch of this strength would cover evenly.
  const level = (strength * 900 * (size / 224) ** 2) / total;
  return mapField(shape, (value, i) => level * value * Math.max(0, 1 + depth * grain.data[i]!));
}
