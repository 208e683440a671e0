import type { PatientOptions } from './average-precision';
import { patientsOf } from './check-scores';
import { clusteredBootstrap } from './clustered-bootstrap';
import type { PossibleFigure } from './figure';
import { weightedMean } from './weighted';

/**
 * The mean of a loss that each picture has, with an interval: `clusteredBootstrap` over patients.
 * @throws InputError for another number of patients than of pictures, or options out of range
 */
export const meanLoss = (
  losses: readonly number[],
  { patients, ...options }: PatientOptions,
): PossibleFigure => clusteredBootstrap(patientsOf(losses.length, patients), weightedMean(losses), options);
