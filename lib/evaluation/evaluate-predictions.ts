import { seededRandom } from '../core/random';
import { precisionArea } from './areas';
import { auroc } from './auroc';
import { averagePrecision, type PatientOptions } from './average-precision';
import { brier } from './brier';
import { calibrationError } from './calibration-error';
import { patientsOf } from './check-scores';
import { clusteredShare } from './clustered-bootstrap';
import { checkLabels, checkLengths, confusionMatrix, indexLabels } from './confusion-matrix';
import { countGroups } from './count-groups';
import { crossEntropy } from './cross-entropy';
import { evaluateConfusion } from './evaluate-confusion';
import type { Evaluation } from './evaluation';
import { type Figure, type PossibleFigure, undefinedFigure } from './figure';
import { argmax, checkProbabilities } from './probabilities';
import { brierScore, logLoss } from './scores';
import type { Weights } from './weighted';

function meanFigure(figures: readonly PossibleFigure[]): PossibleFigure {
  const known = figures.filter((figure): figure is Figure => figure.value !== null);
  if (known.length === 0) return undefinedFigure;
  const mean = (key: keyof Figure) => known.reduce((sum, figure) => sum + figure[key], 0) / known.length;
  return { value: mean('value'), low: mean('low'), high: mean('high') };
}

export interface EvaluateOptions {
  /** Who was X-rayed on each picture. Default: somebody else on each. */
  readonly patients?: readonly string[];
  /** Seed of the bootstrap. Default 42. */
  readonly seed?: number;
  /** How often it draws the patients anew, 100 or more. Default 1,000. */
  readonly replicates?: number;
}

/** Mean average precision over the classes that have pictures, each against all others. */
function meanPrecision(
  probabilities: readonly (readonly number[])[],
  truthIndex: readonly number[],
  { patients, ...options }: PatientOptions & { readonly patients: readonly string[] },
): PossibleFigure {
  const classes = [...new Set(truthIndex)].sort((a, b) => a - b);
  const areas = classes.map((k) =>
    precisionArea(
      probabilities.map((row) => row[k]!),
      truthIndex.map((index) => index === k),
    ),
  );
  const fewest = Math.min(...classes.map((k) => countGroups(patients, (i) => truthIndex[i] === k)));
  const mean = (weights: Weights) => {
    const known = areas.map((area) => area(weights)).filter((area) => area !== null);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  return clusteredShare(patients, mean, fewest, options);
}

/**
 * All figures of a model's predictions. The predicted class is the one of the highest probability, the first of equals.
 * @param truth the true class of each picture
 * @param probabilities one row a picture, one column a class in the order of `labels`; rows sum to 1
 * @param labels the classes, two or more
 * @param options the patients, for the intervals that are drawn by bootstrap
 * @throws InputError for no pictures, different lengths, an unknown class, or rows that are no probabilities
 */
export function evaluatePredictions(
  truth: readonly string[],
  probabilities: readonly (readonly number[])[],
  labels: readonly string[],
  options: EvaluateOptions = {},
): Evaluation {
  checkLabels(labels);
  checkLengths('probabilities', probabilities.length, truth.length);
  checkProbabilities(probabilities, labels.length);
  const truthIndex = indexLabels('truth', truth, labels);
  const called = probabilities.map((row) => argmax(row));
  const predicted = called.map((k) => labels[k]!);
  const counted = evaluateConfusion(confusionMatrix(truth, predicted, labels), labels);
  const patients = patientsOf(truth.length, options.patients);
  const { replicates, seed = 42 } = options;
  const draw = (figure: string) => ({ patients, replicates, random: seededRandom(seed).fork(figure) });
  const figures = labels.map((label, k) => {
    const scores = probabilities.map((row) => row[k]!);
    const positives = truthIndex.map((index) => index === k);
    return {
      ...counted.perClass[label]!,
      auroc: auroc(scores, positives, { patients: options.patients }),
      auprc: averagePrecision(scores, positives, draw(`auprc ${label}`)),
    };
  });
  return {
    ...counted,
    perClass: Object.fromEntries(labels.map((label, k) => [label, figures[k]!])),
    auroc: labels.length === 2 ? figures[0]!.auroc : meanFigure(figures.map((figure) => figure.auroc)),
    auprc: meanPrecision(probabilities, truthIndex, draw('auprc')),
    logLoss: logLoss(truthIndex, probabilities),
    brier: brierScore(truthIndex, probabilities),
    calibration: {
      ece: calibrationError(
        probabilities.map((row, i) => row[called[i]!]!),
        truthIndex.map((index, i) => index === called[i]),
        draw('ece'),
      ),
      brier: brier(truthIndex, probabilities, draw('brier')),
      logLoss: crossEntropy(truthIndex, probabilities, draw('log loss')),
    },
  };
}
