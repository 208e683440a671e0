import { InputError } from '../core/check';

/** Side of the picture that lungs are looked for in, and of the mask. */
export const lungFieldSize = 32;

/** Where the lungs are believed to lie. */
export interface LungField {
  /** [32 · 32], 1 inside, row by row from the top left. */
  readonly mask: Uint8Array;
  /** Share of the picture inside, 0 to 1. */
  readonly share: number;
  /** How much darker the field is than spine, heart, diaphragm and chest wall, in standard deviations of the body. */
  readonly contrast: number;
}

interface Template {
  readonly mask: Uint8Array;
  readonly share: number;
  /** Places with a weight: positive where tissue is expected, negative inside the lungs; each side sums to 1. */
  readonly places: Int32Array;
  readonly weights: Float32Array;
}

/** A field of a lower score is not trusted. Chosen by eye on two collections of X-rays. */
const leastScore = 0.75;
/** Prefers the larger of two fields that stand out alike; without it the search ends in the darkest rib space. */
const areaExponent = 0.3;
/** Where tissue is expected and how much it counts: spine and heart, below the diaphragm, the chest wall. */
const tissueWeights = [0.45, 0.35, 0.2];
/** What air around the body counts as, in standard deviations: bright, so that no field takes it for a lung. */
const airLevel = 0.9;

const size = lungFieldSize;
const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

/** Two lungs seen from the front, in a box: u is 0 at the spine and ±1 at the chest wall, v is 0 at the apex and 1 at the base. */
function zoneOf(u: number, v: number): 'lung' | 0 | 1 | 2 | undefined {
  const out = Math.abs(u);
  const down = Math.min(1, Math.max(0, v));
  const wall = 0.92 * Math.sqrt(Math.min(1, Math.max(0, 0.25 + 1.6 * v)));
  // The heart takes more of the picture's right: the patient's left.
  const middle = u < 0 ? 0.24 : 0.24 + 0.22 * down ** 1.5;
  const base = 0.9 + 0.24 * Math.abs(out - 0.5);
  if (v > 0 && v < base && out > middle && out < wall) return 'lung';
  if (out < 0.14 && v > 0.05 && v < 1) return 0;
  if (u > 0.14 && u < middle - 0.04 && v > 0.5 && v < 0.95) return 0;
  if (v > base + 0.06 && v < base + 0.22 && out < 0.85) return 1;
  return out > wall + 0.06 && out < wall + 0.2 && v > 0.1 && v < 0.85 ? 2 : undefined;
}

function templateOf(centre: number, halfWidth: number, top: number, bottom: number): Template {
  const mask = new Uint8Array(size * size);
  const tissue: number[][] = [[], [], []];
  const inside: number[] = [];
  for (let i = 0; i < size * size; i++) {
    const zone = zoneOf(
      ((i % size) + 0.5 - centre) / halfWidth,
      (Math.floor(i / size) + 0.5 - top) / (bottom - top),
    );
    if (zone === 'lung') {
      mask[i] = 1;
      inside.push(i);
    } else if (zone !== undefined) tissue[zone]!.push(i);
  }
  // A zone that lies outside the picture leaves its say to the others.
  const counted = tissueWeights.map((weight, zone) => (tissue[zone]!.length >= 3 ? weight : 0));
  const total = counted.reduce((a, b) => a + b, 0);
  const weighted = tissue.flatMap((places, zone) =>
    counted[zone] ? places.map((place) => [place, counted[zone]! / total / places.length] as const) : [],
  );
  const all = [...inside.map((place) => [place, -1 / inside.length] as const), ...weighted];
  return {
    mask,
    share: inside.length / (size * size),
    places: Int32Array.from(all, ([place]) => place),
    weights: Float32Array.from(all, ([, weight]) => weight),
  };
}

function drawTemplates(): Template[] {
  const drawn: Template[] = [];
  for (const centre of range(13, 20, 1))
    for (const halfWidth of range(8, 16, 1))
      for (const top of range(1, 11, 1.5))
        for (const bottom of range(17, 32, 1.5)) {
          const aspect = (bottom - top) / halfWidth;
          const inPicture = centre - halfWidth > -1.5 && centre + halfWidth < size + 1.5;
          if (inPicture && aspect > 0.7 && aspect < 2.6)
            drawn.push(templateOf(centre, halfWidth, top, bottom));
        }
  return drawn;
}

let templates: readonly Template[] | undefined;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Dark places connected with the picture's edge: the air around the body. */
function airAround(grey: Float32Array): Uint8Array {
  const middle = range(6, 26, 1).flatMap((y) => range(6, 26, 1).map((x) => grey[y * size + x]!));
  const darkest = median(middle) / 2;
  const air = new Uint8Array(size * size);
  const edge = range(0, size, 1);
  const open = edge.flatMap((i) => [i, i + size * (size - 1), i * size, i * size + size - 1]);
  while (open.length) {
    const place = open.pop()!;
    if (air[place] || grey[place]! >= darkest) continue;
    air[place] = 1;
    const x = place % size;
    if (x > 0) open.push(place - 1);
    if (x < size - 1) open.push(place + 1);
    if (place >= size) open.push(place - size);
    if (place < size * (size - 1)) open.push(place + size);
  }
  return air;
}

/** Grey levels in standard deviations of the body about its mean; undefined for an even picture. */
function standardized(grey: Float32Array): Float32Array | undefined {
  const air = airAround(grey);
  const body = grey.filter((_, i) => !air[i]);
  const mean = body.reduce((a, b) => a + b, 0) / body.length;
  const deviation = Math.sqrt(body.reduce((sum, value) => sum + (value - mean) ** 2, 0) / body.length);
  return deviation > 1 ? grey.map((value, i) => (air[i] ? airLevel : (value - mean) / deviation)) : undefined;
}

/**
 * Looks for the lungs in a frontal chest X-ray: of some thousand pairs of lung-shaped fields of all sizes and places,
 * the one that is darkest against spine, heart, diaphragm and chest wall. A rough field of fixed shape, not a
 * segmentation; it needs no trained network, and so brings no data of its own.
 * @param grey [32 · 32], 0 to 255, as `greyThumbnail` gives it
 * @returns undefined where nothing looks enough like two lungs
 * @throws InputError for another size
 */
export function lungField(grey: Float32Array): LungField | undefined {
  if (grey.length !== size * size)
    throw new InputError(`grey has ${grey.length} values; ${size} x ${size} are needed`);
  const levels = standardized(grey);
  if (!levels) return undefined;
  templates ??= drawTemplates();
  let best: { template: Template; score: number; contrast: number } | undefined;
  for (const template of templates) {
    const { places, weights, share } = template;
    let contrast = 0;
    for (let k = 0; k < places.length; k++) contrast += weights[k]! * levels[places[k]!]!;
    const score = contrast * share ** areaExponent;
    if (!best || score > best.score) best = { template, score, contrast };
  }
  const { template, score, contrast } = best!;
  return score >= leastScore ? { mask: template.mask, share: template.share, contrast } : undefined;
}
