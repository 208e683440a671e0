import type { FastRandom } from './fast-random';

/** Numbers of a map: x' = a·x + b·y + e, y' = c·x + d·y + f, in the order a, b, c, d, e, f. */
export const numbersPerMap = 6;

/** An iterated function system: 2 to 4 contracting affine maps of the plane (Hutchinson 1981). */
export interface IteratedFunctionSystem {
  readonly count: number;
  /** [count · 6]; see `numbersPerMap`. */
  readonly maps: Float64Array;
}

/**
 * Singular values of each map, σ1 ≥ σ2 in [0, 1], with Σ(σ1 + 2·σ2) = `total`, uniform one after the other within what
 * the rest leaves possible. Anderson & Farrell, "Improving Fractal Pre-training", WACV 2022, section 3.2.
 */
export function singularValues(count: number, total: number, random: FastRandom): [number, number][] {
  const values: [number, number][] = [];
  let most = total;
  // What this map must take, were the maps after it as large as they can be (3 each).
  let least = total - 3 * (count - 1);
  for (let i = 0; i < count - 1; i++) {
    const first = random.between(Math.max(0, least / 3), Math.min(1, most));
    most -= first;
    least -= first;
    const second = random.between(Math.max(0, least / 2), Math.min(first, most / 2));
    most -= 2 * second;
    least += 3 - 2 * second;
    values.push([first, second]);
  }
  const second = random.between(Math.max(0, (most - 1) / 2), most / 3);
  values.push([most - 2 * second, second]);
  return values;
}

/** Writes rotation · scaling · rotation · reflection with these singular values, and an offset uniform in ±1. */
function writeMap(
  maps: Float64Array,
  at: number,
  [first, second]: [number, number],
  random: FastRandom,
): void {
  const [left, right] = [random.between(0, 2 * Math.PI), random.between(0, 2 * Math.PI)];
  const [cl, sl, cr, sr] = [Math.cos(left), Math.sin(left), Math.cos(right), Math.sin(right)];
  const [flipX, flipY] = [random.integer(2) ? 1 : -1, random.integer(2) ? 1 : -1];
  maps[at] = flipX * (cl * first * cr - sl * second * sr);
  maps[at + 1] = flipY * (-cl * first * sr - sl * second * cr);
  maps[at + 2] = flipX * (sl * first * cr + cl * second * sr);
  maps[at + 3] = flipY * (-sl * first * sr + cl * second * cr);
  maps[at + 4] = random.between(-1, 1);
  maps[at + 5] = random.between(-1, 1);
}

/** A system drawn at random: 2 to 4 maps with Σ(σ1 + 2·σ2) uniform in [(5 + n)/2, (6 + n)/2], where pictures are rich. */
export function drawSystem(random: FastRandom): IteratedFunctionSystem {
  const count = 2 + random.integer(3);
  const total = random.between((5 + count) / 2, (6 + count) / 2);
  const maps = new Float64Array(count * numbersPerMap);
  singularValues(count, total, random).forEach((values, i) => {
    writeMap(maps, i * numbersPerMap, values, random);
  });
  return { count, maps };
}

/** Largest factor by which a map stretches: the first singular value of [[a, b], [c, d]]. */
export function stretch(a: number, b: number, c: number, d: number): number {
  const sum = (a * a + b * b + c * c + d * d) / 2;
  const determinant = a * d - b * c;
  return Math.sqrt(sum + Math.sqrt(Math.max(0, sum * sum - determinant * determinant)));
}

/** A map may not stretch more than this, or its points run away. */
const largestStretch = 0.995;

/** The system with every number changed by a factor in 1 ± `amount`, its maps still contracting. */
export function jitter(
  { count, maps }: IteratedFunctionSystem,
  amount: number,
  random: FastRandom,
): IteratedFunctionSystem {
  const changed = maps.map((value) => value * (1 + random.between(-amount, amount)));
  for (let m = 0; m < changed.length; m += numbersPerMap) {
    const found = stretch(changed[m]!, changed[m + 1]!, changed[m + 2]!, changed[m + 3]!);
    if (found > largestStretch) for (let i = m; i < m + 4; i++) changed[i]! *= largestStretch / found;
  }
  return { count, maps: changed };
}

/** Points dropped at the start, before they have come near the attractor. */
const settling = 20;

/**
 * Points of the attractor by the chaos game (Barnsley 1988), a map being chosen as often as it keeps area.
 * @param points [2n], filled with x and y in turn
 */
export function playChaosGame(
  { count, maps }: IteratedFunctionSystem,
  random: FastRandom,
  points: Float64Array,
): void {
  const limits = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const m = i * numbersPerMap;
    // A map that flattens the plane must be visited too.
    sum += Math.max(0.01, Math.abs(maps[m]! * maps[m + 3]! - maps[m + 1]! * maps[m + 2]!));
    limits[i] = sum;
  }
  let x = 0;
  let y = 0;
  for (let i = -settling * 2; i < points.length; i += 2) {
    const u = random.uniform() * sum;
    let k = 0;
    while (k < count - 1 && u >= limits[k]!) k++;
    const m = k * numbersPerMap;
    const nextX = maps[m]! * x + maps[m + 1]! * y + maps[m + 4]!;
    y = maps[m + 2]! * x + maps[m + 3]! * y + maps[m + 5]!;
    x = nextX;
    if (i >= 0) {
      points[i] = x;
      points[i + 1] = y;
    }
  }
}
