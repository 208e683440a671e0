import { InputError } from '../core/check';
import { checkScores } from './check-scores';
import { decisionCounts } from './decision-counts';

/** One point of a precision-recall curve. */
export interface PrecisionRecallPoint {
  /** Pictures that score this or more are called positive; null for none called, the curve's beginning. */
  readonly threshold: number | null;
  readonly recall: number;
  readonly precision: number;
}

/**
 * The precision-recall curve: a point for each score that occurs, from the highest down, after a first one of recall 0
 * and precision 1 by convention; scikit-learn's precision_recall_curve in the opposite order. Between two points the
 * precision is the later one's: a line drawn straight would flatter.
 * @param scores one a picture, higher for more positive; any scale
 * @param positives whether each picture is positive
 * @throws InputError for different lengths, a score that is not a number, no positive pictures
 */
export function precisionRecallCurve(
  scores: readonly number[],
  positives: readonly boolean[],
): PrecisionRecallPoint[] {
  checkScores(scores, positives);
  const m = positives.filter(Boolean).length;
  if (m === 0) throw new InputError('positives has no positive picture; recall is undefined');
  return decisionCounts(scores, positives).map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    recall: truePositives / m,
    precision: threshold === null ? 1 : truePositives / (truePositives + falsePositives),
  }));
}
