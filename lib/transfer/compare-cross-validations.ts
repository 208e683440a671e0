import { InputError } from '../core/check';
import type { Figure } from '../evaluation/figure';
import { pairedDifference } from '../evaluation/paired-difference';
import type { CrossValidation } from './cross-validate';

// Which picture was tested in which fold, in the order of the runs.
const testsOf = ({ classes, predictions }: CrossValidation): string =>
  [...classes, ...predictions.map(({ seed, fold, sha256 }) => `${seed}/${fold}/${sha256}`)].join();

/**
 * How much more often `a` is right than `b`, fold by fold: mean difference of accuracy with the 95 % interval of the
 * corrected resampled t test (see `pairedDifference`).
 * @throws InputError if they were not tested on the same pictures in the same folds
 */
export function compareCrossValidations(a: CrossValidation, b: CrossValidation): Figure {
  if (testsOf(a) !== testsOf(b))
    throw new InputError(
      'a and b are of different pictures or folds; cross-validate both on the same pictures with the same folds and seeds',
    );
  const accuracies = ({ runs }: CrossValidation) => runs.map(({ evaluation }) => evaluation.accuracy.value);
  return pairedDifference(accuracies(a), accuracies(b), { testToTrain: 1 / (a.folds - 1), range: [-1, 1] });
}
