import { InputError } from '../core/check';
import { rocArea } from './areas';
import { checkScores, patientsOf } from './check-scores';
import { countGroups } from './count-groups';
import type { Figure } from './figure';
import { twoSidedP } from './normal-distribution';
import { tiedScores } from './tied-scores';
import { equalWeights } from './weighted';
import { zOf } from './wilson';

export interface DelongOptions {
  /** Who was X-rayed on each picture. Default: somebody else on each. */
  readonly patients?: readonly string[];
  /** Of the two-sided interval, in (0, 1). Default 0.95. */
  readonly confidence?: number;
}

/**
 * For a positive picture the share of negative ones that score below it, for a negative one the share of positive ones
 * above it; equal scores count half. Either kind's mean is the area under the curve.
 */
function placements(scores: readonly number[], positives: readonly boolean[]): Float64Array {
  const m = positives.filter(Boolean).length;
  const n = positives.length - m;
  const placed = new Float64Array(scores.length);
  let above = 0;
  let notBelow = 0;
  for (const { pictures } of tiedScores(scores)) {
    const own = pictures.filter((i) => positives[i]).length;
    const others = pictures.length - own;
    for (const i of pictures)
      placed[i] = positives[i] ? (n - notBelow - others / 2) / n : (above + own / 2) / m;
    above += own;
    notBelow += others;
  }
  return placed;
}

/**
 * Variance of the mean of placements (or of their differences): DeLong, DeLong and Clarke-Pearson 1988; with several
 * pictures of a patient Obuchowski's 1997 generalisation, which sums them first and is DeLong's where all are single.
 */
function areaVariance(
  placed: Float64Array,
  area: number,
  positives: readonly boolean[],
  patients: readonly string[],
): number {
  const sums = new Map<
    string,
    { positive: number; negative: number; hasPositive: boolean; hasNegative: boolean }
  >();
  placed.forEach((value, i) => {
    const sum = sums.get(patients[i]!) ?? {
      positive: 0,
      negative: 0,
      hasPositive: false,
      hasNegative: false,
    };
    if (positives[i]) sum.positive += value - area;
    else sum.negative += value - area;
    sum.hasPositive ||= positives[i]!;
    sum.hasNegative ||= !positives[i];
    sums.set(patients[i]!, sum);
  });
  const all = [...sums.values()];
  const m = positives.filter(Boolean).length;
  const n = positives.length - m;
  const correction = (count: number) => count / (count - 1);
  const total = (of: (sum: (typeof all)[number]) => number) => all.reduce((a, sum) => a + of(sum), 0);
  const s10 = correction(all.filter((sum) => sum.hasPositive).length) * total((sum) => sum.positive ** 2);
  const s01 = correction(all.filter((sum) => sum.hasNegative).length) * total((sum) => sum.negative ** 2);
  const s11 = correction(all.length) * total((sum) => sum.positive * sum.negative);
  return s10 / m ** 2 + s01 / n ** 2 + (2 * s11) / (m * n);
}

function check(
  scores: readonly number[],
  positives: readonly boolean[],
  { patients }: DelongOptions,
): readonly string[] {
  checkScores(scores, positives);
  const groups = patientsOf(scores.length, patients);
  const [m, n] = [true, false].map((kind) => countGroups(groups, (i) => positives[i] === kind));
  if (m! < 2 || n! < 2)
    throw new InputError(
      `positives has pictures of ${m} positive and ${n} negative patients; two or more of each are needed`,
    );
  return groups;
}

const clip = (value: number, least: number): number => Math.min(1, Math.max(least, value));

/**
 * Area under the ROC curve with DeLong's interval (1988), area ± z · standard error, cut to [0, 1]; patients with
 * several pictures as Obuchowski 1997; as pROC's ci.auc. Near 1 it is too narrow, and at 1 (or 0) it has no width: `auroc`
 * puts the same standard error on the logit scale, and keeps a width there.
 * @throws InputError for different lengths, a score that is not a number, fewer than two patients of a kind
 */
export function delongAuroc(
  scores: readonly number[],
  positives: readonly boolean[],
  options: DelongOptions = {},
): Figure & { readonly standardError: number } {
  const groups = check(scores, positives, options);
  const value = rocArea(scores, positives)(equalWeights(scores.length))!;
  const variance = areaVariance(placements(scores, positives), value, positives, groups);
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = zOf(options.confidence ?? 0.95) * standardError;
  return { value, low: clip(value - half, 0), high: clip(value + half, 0), standardError };
}

/** Two models' areas on the same pictures. */
export interface AurocComparison {
  /** First area minus second, with its interval. */
  readonly difference: Figure;
  /** Difference divided by its standard error; null where that is 0. */
  readonly z: number | null;
  /** Two-sided; 1 where the models rank alike, null where they differ without any variance. */
  readonly p: number | null;
}

/**
 * DeLong's paired test of two models' areas on the same pictures, and the interval of the difference, cut to [−1, 1].
 * @param first scores of the first model
 * @param second scores of the second model for the same pictures
 * @throws InputError as `delongAuroc` does
 */
export function compareAurocs(
  first: readonly number[],
  second: readonly number[],
  positives: readonly boolean[],
  options: DelongOptions = {},
): AurocComparison {
  const groups = check(first, positives, options);
  checkScores(second, positives);
  const ones = equalWeights(positives.length);
  const value = rocArea(first, positives)(ones)! - rocArea(second, positives)(ones)!;
  const [ours, theirs] = [placements(first, positives), placements(second, positives)];
  const variance = areaVariance(
    ours.map((placed, i) => placed - theirs[i]!),
    value,
    positives,
    groups,
  );
  // Below this it is rounding: equal placements differ by nothing.
  const standardError = variance > 1e-24 ? Math.sqrt(variance) : 0;
  const half = zOf(options.confidence ?? 0.95) * standardError;
  const z = standardError > 0 ? value / standardError : null;
  const alike = Math.abs(value) < 1e-12 ? 1 : null;
  return {
    difference: { value, low: clip(value - half, -1), high: clip(value + half, -1) },
    z,
    p: z === null ? alike : twoSidedP(z),
  };
}
