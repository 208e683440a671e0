import type { PatientOptions } from './average-precision';
import { checkOutcomes } from './calibration-curve';
import type { PossibleFigure } from './figure';
import { meanLoss } from './mean-loss';
import { brierLosses } from './scores';

/**
 * Brier's score of two outcomes: mean of (p − y)², 0 is perfect, 0.25 is saying 0.5 of everything; half of `brier` of
 * the same pictures, and scikit-learn's brier_score_loss. Interval: `clusteredBootstrap` over patients.
 * @param probabilities one a picture, in [0, 1]
 * @param positives whether each picture is positive
 * @throws InputError for no pictures, different lengths, numbers that are no probabilities, or options out of range
 */
export function binaryBrier(
  probabilities: readonly number[],
  positives: readonly boolean[],
  options: PatientOptions,
): PossibleFigure {
  checkOutcomes(probabilities, positives);
  return meanLoss(
    probabilities.map((p, i) => (p - (positives[i] ? 1 : 0)) ** 2),
    options,
  );
}

/**
 * `brierScore` with an interval: `clusteredBootstrap` over patients.
 * @throws InputError as `brierScore` does, or for options out of range
 */
export const brier = (
  truthIndex: readonly number[],
  probabilities: readonly (readonly number[])[],
  options: PatientOptions,
): PossibleFigure => meanLoss(brierLosses(truthIndex, probabilities), options);
