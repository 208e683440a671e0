import { checkNumber, InputError, quote } from '../core/check';
import { checkScores } from './check-scores';
import { type DecisionCounts, decisionCounts } from './decision-counts';
import type { PossibleFigure } from './figure';
import { proportion } from './wilson';

/** What calling pictures positive from a threshold on does, with Wilson's 95 % intervals. */
export interface OperatingPoint extends DecisionCounts {
  /** How many pictures are positive, and negative. */
  readonly positives: number;
  readonly negatives: number;
  /** Share of the positive pictures that are called positive. */
  readonly sensitivity: PossibleFigure;
  /** Share of the negative pictures that are not. */
  readonly specificity: PossibleFigure;
  /** Share of the pictures called positive that are; it falls where positive pictures are rarer than here. */
  readonly precision: PossibleFigure;
}

/** How a threshold is chosen: for the largest sensitivity + specificity − 1, or for at least so much of one of them. */
export type ThresholdRule = 'youden' | { readonly sensitivity: number } | { readonly specificity: number };

function pointOf(counts: DecisionCounts, positives: number, negatives: number): OperatingPoint {
  const { truePositives, falsePositives } = counts;
  return {
    ...counts,
    positives,
    negatives,
    sensitivity: proportion(truePositives, positives),
    specificity: proportion(negatives - falsePositives, negatives),
    precision: proportion(truePositives, truePositives + falsePositives),
  };
}

const countKinds = (positives: readonly boolean[]): [number, number] => {
  const m = positives.filter(Boolean).length;
  return [m, positives.length - m];
};

/**
 * The figures of a given threshold, such as one that `chooseThreshold` found on other pictures.
 * @param threshold pictures that score this or more are called positive; null calls none
 * @throws InputError for different lengths, scores that are not numbers, or a threshold that is none
 */
export function operatingPoint(
  scores: readonly number[],
  positives: readonly boolean[],
  threshold: number | null,
): OperatingPoint {
  checkScores(scores, positives);
  if (threshold !== null && !(typeof threshold === 'number' && !Number.isNaN(threshold)))
    throw new InputError(`threshold is ${quote(threshold)}; it must be a number, or null to call none`);
  const called = scores.map((score) => threshold !== null && score >= threshold);
  const truePositives = called.filter((is, i) => is && positives[i]).length;
  const falsePositives = called.filter((is, i) => is && !positives[i]).length;
  return pointOf({ threshold, truePositives, falsePositives }, ...countKinds(positives));
}

// A wanted share as a count; 0.9 of 10 is 9, though 0.9 · 10 may lie a rounding above.
const countFor = (share: number, count: number): number => Math.ceil(share * count - 1e-9);

/** Which counts a rule takes; of equally good ones the highest threshold, which calls the fewest pictures positive. */
function choose(
  counts: readonly DecisionCounts[],
  m: number,
  n: number,
  rule: ThresholdRule,
): DecisionCounts {
  const best = (gain: (counts: DecisionCounts) => number) =>
    counts.reduce((a, b) => (gain(b) > gain(a) ? b : a));
  // In whole numbers: shares could differ by a rounding where they are equal.
  if (rule === 'youden')
    return best(({ truePositives, falsePositives }) => truePositives * n - falsePositives * m);
  if (typeof rule !== 'object' || rule === null || !('sensitivity' in rule || 'specificity' in rule))
    throw new InputError(
      `rule is ${quote(rule)}; choose "youden", { sensitivity: 0.9 } or { specificity: 0.9 }`,
    );
  if ('sensitivity' in rule) {
    const wanted = countFor(checkNumber('sensitivity', rule.sensitivity, 0, 1), m);
    return counts.find(({ truePositives }) => truePositives >= wanted)!;
  }
  const most = n - countFor(checkNumber('specificity', rule.specificity, 0, 1), n);
  return best(({ truePositives, falsePositives }) => (falsePositives <= most ? truePositives : -1));
}

/**
 * The threshold that a rule takes, with its figures on these pictures. Choose it on validation pictures and look at it
 * on test pictures with `operatingPoint`: on the pictures that it was chosen on it looks better than it is.
 * @param rule `youden` (default; Youden 1950), or the sensitivity or specificity, 0 to 1, that must be reached
 * @throws InputError for different lengths, scores that are not numbers, no positive or no negative pictures, another rule
 */
export function chooseThreshold(
  scores: readonly number[],
  positives: readonly boolean[],
  rule: ThresholdRule = 'youden',
): OperatingPoint {
  checkScores(scores, positives);
  const [m, n] = countKinds(positives);
  if (m === 0 || n === 0)
    throw new InputError(
      `positives has ${m} positive and ${n} negative pictures; a threshold needs both to be chosen`,
    );
  return pointOf(choose(decisionCounts(scores, positives), m, n, rule), m, n);
}
