import { checkWhole } from '../core/check';
import { checkLengths } from './confusion-matrix';
import { checkProbabilities } from './probabilities';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of each picture −log of the probability given to its true class; see `logLoss`. */
export function logLosses(
  truthIndex: readonly number[],
  probabilities: readonly (readonly number[])[],
): number[] {
  checkRows(truthIndex, probabilities);
  const { EPSILON } = Number;
  return probabilities.map(
    (row, i) => -Math.log(Math.min(Math.max(row[truthIndex[i]!]!, EPSILON), 1 - EPSILON)),
  );
}

/**
 * Mean negative logarithm of the probability given to the true class: 0 is perfect, ln(classes) is guessing.
 * Probabilities are kept 2.2e-16 away from 0 and 1, as scikit-learn's log_loss does.
 * @param truthIndex the true class of each picture, as its place in a row of `probabilities`
 * @throws InputError for no pictures, different lengths, or rows that are no probabilities
 */
export const logLoss = (
  truthIndex: readonly number[],
  probabilities: readonly (readonly number[])[],
): number => mean(logLosses(truthIndex, probabilities));

/** Of each picture Σ (p − y)² over classes; see `brierScore`. */
export function brierLosses(
  truthIndex: readonly number[],
  probabilities: readonly (readonly number[])[],
): number[] {
  checkRows(truthIndex, probabilities);
  return probabilities.map((row, i) =>
    row.reduce((sum, p, k) => sum + (p - (k === truthIndex[i] ? 1 : 0)) ** 2, 0),
  );
}

/**
 * Brier's score (1950): mean over pictures of Σ (p − y)² over classes, y being 1 for the true class, else 0.
 * 0 is perfect, 2 is worst; for two classes twice scikit-learn's default, which counts one class only.
 * @throws InputError as `logLoss` does
 */
export const brierScore = (
  truthIndex: readonly number[],
  probabilities: readonly (readonly number[])[],
): number => mean(brierLosses(truthIndex, probabilities));

function checkRows(truthIndex: readonly number[], probabilities: readonly (readonly number[])[]): void {
  checkLengths('probabilities', probabilities.length, truthIndex.length);
  const classes = probabilities[0]!.length;
  checkProbabilities(probabilities, classes);
  for (const index of truthIndex) checkWhole('truthIndex', index, 0, classes - 1);
}
