import { tiedScores } from './tied-scores';
import type { Statistic, Weights } from './weighted';

/** Weights of the positive and of the negative pictures that have one score. */
type Visit = (positive: number, negative: number) => void;

/** Goes through the scores from the highest down. Sorted once, since a bootstrap goes through them a thousand times. */
function scoresFromHighest(scores: readonly number[], positives: readonly boolean[]) {
  const tied = tiedScores(scores).map(({ pictures }) => Int32Array.from(pictures));
  const isPositive = Uint8Array.from(positives, Number);
  return (weights: Weights, visit: Visit): void => {
    for (const pictures of tied) {
      let positive = 0;
      let negative = 0;
      for (const i of pictures) {
        if (isPositive[i]) positive += weights[i]!;
        else negative += weights[i]!;
      }
      visit(positive, negative);
    }
  };
}

/**
 * The area under the ROC curve as a function of the pictures' weights: the share of pairs of a positive and a negative
 * picture in which the positive one scores higher, equal scores counting half. Null without one of the kinds.
 */
export function rocArea(scores: readonly number[], positives: readonly boolean[]): Statistic {
  const visitScores = scoresFromHighest(scores, positives);
  return (weights) => {
    let above = 0;
    let below = 0;
    let wins = 0;
    visitScores(weights, (positive, negative) => {
      wins += negative * (above + positive / 2);
      above += positive;
      below += negative;
    });
    return above > 0 && below > 0 ? wins / (above * below) : null;
  };
}

/**
 * Average precision as a function of the pictures' weights: Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the scores from the highest down, R
 * being recall and P precision, as scikit-learn's average_precision_score. Null without positive pictures.
 */
export function precisionArea(scores: readonly number[], positives: readonly boolean[]): Statistic {
  const visitScores = scoresFromHighest(scores, positives);
  return (weights) => {
    let right = 0;
    let called = 0;
    let sum = 0;
    visitScores(weights, (positive, negative) => {
      right += positive;
      called += positive + negative;
      if (positive > 0) sum += (positive * right) / called;
    });
    return right > 0 ? sum / right : null;
  };
}
