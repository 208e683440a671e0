import { checkScores } from './check-scores';
import { type PossibleFigure, undefinedFigure } from './figure';
import { zOf } from './wilson';

/**
 * The share of pairs of a positive and a negative score in which the positive one is higher, equal ones counting half.
 * `rocArea` of equal weights; sorted as bare numbers, which of a million takes a tenth of the time that their places do.
 */
function area(positive: Float64Array, negative: Float64Array): number {
  negative.sort();
  let below = 0;
  let notAbove = 0;
  let wins = 0;
  for (const score of positive.sort()) {
    while (negative[below]! < score) below++;
    while (negative[notAbove]! <= score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (positive.length * negative.length);
}

/** Variance of an area θ of m positives and n negatives: Hanley and McNeil 1982, made symmetric as Newcombe 2006 does. */
function variance(area: number, m: number, n: number): number {
  const others = (m + n) / 2 - 1;
  const spread = 1 + others * ((1 - area) / (2 - area) + area / (1 + area));
  return (area * (1 - area) * spread) / (m * n);
}

/** The area between `from` (the estimate) and `to` (0 or 1) that lies z standard deviations from the estimate. */
function bound(from: number, to: number, z: number, m: number, n: number): number {
  let inside = from;
  let outside = to;
  for (let i = 0; i < 100; i++) {
    const area = (inside + outside) / 2;
    if (Math.abs(area - from) <= z * Math.sqrt(variance(area, m, n))) inside = area;
    else outside = area;
  }
  return inside;
}

/**
 * Area under the ROC curve: the probability that a positive picture scores above a negative one, equal scores counting
 * half, counted exactly (Mann and Whitney). Interval: Newcombe 2006 (Statistics in Medicine 25,
 * 559–573), method 5, which inverts the score test as Wilson's does and so keeps its width at 1.
 * @param scores one a picture, higher for more positive; any scale
 * @param positives whether each picture is positive
 * @param confidence of the two-sided interval, in (0, 1); default 0.95
 * @returns three nulls where there are no positives or no negatives
 * @throws InputError for different lengths or a score that is not a number
 */
export function auroc(
  scores: readonly number[],
  positives: readonly boolean[],
  confidence = 0.95,
): PossibleFigure {
  checkScores(scores, positives);
  const z = zOf(confidence);
  const positive = Float64Array.from(scores.filter((_, i) => positives[i]));
  const negative = Float64Array.from(scores.filter((_, i) => !positives[i]));
  const [m, n] = [positive.length, negative.length];
  if (m === 0 || n === 0) return undefinedFigure;
  const value = area(positive, negative);
  return { value, low: bound(value, 0, z, m, n), high: bound(value, 1, z, m, n) };
}
