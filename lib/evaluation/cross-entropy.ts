import type { PatientOptions } from './average-precision';
import type { PossibleFigure } from './figure';
import { meanLoss } from './mean-loss';
import { logLosses } from './scores';

/**
 * `logLoss` (mean cross-entropy) with an interval: `clusteredBootstrap` over patients.
 * @throws InputError as `logLoss` does, or for options out of range
 */
export const crossEntropy = (
  truthIndex: readonly number[],
  probabilities: readonly (readonly number[])[],
  options: PatientOptions,
): PossibleFigure => meanLoss(logLosses(truthIndex, probabilities), options);
