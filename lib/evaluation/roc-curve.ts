import { checkBothKinds, checkScores } from './check-scores';
import { decisionCounts } from './decision-counts';

/** One point of a ROC curve. */
export interface RocPoint {
  /** Pictures that score this or more are called positive; null for none called, the curve's beginning. */
  readonly threshold: number | null;
  /** 1 − specificity. */
  readonly falsePositiveRate: number;
  readonly sensitivity: number;
}

/**
 * The ROC curve from (0, 0) to (1, 1): a point for each score that occurs, from the highest down, as scikit-learn's
 * roc_curve with drop_intermediate=False.
 * @param scores one a picture, higher for more positive; any scale
 * @param positives whether each picture is positive
 * @throws InputError for different lengths, a score that is not a number, no positive or no negative pictures
 */
export function rocCurve(scores: readonly number[], positives: readonly boolean[]): RocPoint[] {
  checkScores(scores, positives);
  checkBothKinds(positives);
  const m = positives.filter(Boolean).length;
  const n = positives.length - m;
  return decisionCounts(scores, positives).map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    falsePositiveRate: falsePositives / n,
    sensitivity: truePositives / m,
  }));
}
