import { InputError } from '../core/check';
import { type PossibleFigure, undefinedFigure } from './figure';
import { zOf } from './wilson';

/** Ranks from 1, equal values sharing their mean rank. */
function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const rank = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) rank[order[i]!] = (start + end + 1) / 2;
    start = end;
  }
  return rank;
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
 * half. Computed from ranks (Mann and Whitney), so it is exact. Interval: Newcombe 2006 (Statistics in Medicine 25,
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
  if (scores.length !== positives.length)
    throw new InputError(
      `scores has ${scores.length} items and positives has ${positives.length}; they must match`,
    );
  const bad = scores.findIndex((score) => typeof score !== 'number' || Number.isNaN(score));
  if (bad >= 0) throw new InputError(`scores[${bad}] is ${scores[bad]}; it must be a number`);
  const m = positives.filter(Boolean).length;
  const n = positives.length - m;
  const z = zOf(confidence);
  if (m === 0 || n === 0) return undefinedFigure;
  const sum = ranks(scores).reduce((total, rank, i) => total + (positives[i] ? rank : 0), 0);
  const value = (sum - (m * (m + 1)) / 2) / (m * n);
  return { value, low: bound(value, 0, z, m, n), high: bound(value, 1, z, m, n) };
}
