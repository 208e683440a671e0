import { auroc } from './auroc';
import { checkLabels, checkLengths, confusionMatrix, indexLabels } from './confusion-matrix';
import { evaluateConfusion } from './evaluate-confusion';
import type { Evaluation } from './evaluation';
import { type Figure, type PossibleFigure, undefinedFigure } from './figure';
import { argmax, checkProbabilities } from './probabilities';
import { brierScore, logLoss } from './scores';

function meanFigure(figures: readonly PossibleFigure[]): PossibleFigure {
  const known = figures.filter((figure): figure is Figure => figure.value !== null);
  if (known.length === 0) return undefinedFigure;
  const mean = (key: keyof Figure) => known.reduce((sum, figure) => sum + figure[key], 0) / known.length;
  return { value: mean('value'), low: mean('low'), high: mean('high') };
}

/**
 * All figures of a model's predictions. The predicted class is the one of the highest probability, the first of equals.
 * @param truth the true class of each picture
 * @param probabilities one row a picture, one column a class in the order of `labels`; rows sum to 1
 * @param labels the classes, two or more
 * @throws InputError for no pictures, different lengths, an unknown class, or rows that are no probabilities
 */
export function evaluatePredictions(
  truth: readonly string[],
  probabilities: readonly (readonly number[])[],
  labels: readonly string[],
): Evaluation {
  checkLabels(labels);
  checkLengths('probabilities', probabilities.length, truth.length);
  checkProbabilities(probabilities, labels.length);
  const truthIndex = indexLabels('truth', truth, labels);
  const predicted = probabilities.map((row) => labels[argmax(row)]!);
  const counted = evaluateConfusion(confusionMatrix(truth, predicted, labels), labels);
  const areas = labels.map((_, k) =>
    auroc(
      probabilities.map((row) => row[k]!),
      truthIndex.map((index) => index === k),
    ),
  );
  return {
    ...counted,
    perClass: Object.fromEntries(
      labels.map((label, k) => [label, { ...counted.perClass[label]!, auroc: areas[k]! }]),
    ),
    auroc: labels.length === 2 ? areas[0]! : meanFigure(areas),
    logLoss: logLoss(truthIndex, probabilities),
    brier: brierScore(truthIndex, probabilities),
  };
}
