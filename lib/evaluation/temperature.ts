import { checkWhole, InputError } from '../core/check';
import { checkLengths } from './confusion-matrix';
import { softmax } from './probabilities';

/** The range in which a temperature is sought. */
export const temperatureRange = { low: 0.05, high: 20 } as const;

/**
 * Temperature scaling (Guo et al. 2017): the T for which softmax(logits / T) has the lowest log loss. It changes how
 * sure a model is, never what it predicts. Fit it on validation pictures, never on test pictures.
 *
 * The log loss is convex in 1/T, so the zero of its slope is found by bisection. Where none lies in [0.05, 20] – all
 * pictures right asks for T → 0 – the nearer end is returned.
 * @param logits one row a picture, one column a class; logarithms of probabilities will do
 * @param truthIndex the true class of each picture, as its column
 * @throws InputError for no pictures, different lengths, or logits that are not finite
 */
export function fitTemperature(
  logits: readonly (readonly number[])[],
  truthIndex: readonly number[],
): number {
  checkLengths('logits', logits.length, truthIndex.length);
  logits.forEach((row, i) => {
    checkWhole(`truthIndex[${i}]`, truthIndex[i], 0, row.length - 1);
    if (!row.every(Number.isFinite))
      throw new InputError(`logits[${i}] is [${row}]; it must be finite numbers`);
  });
  // Slope of the log loss over 1/T: Σ (expected logit − true logit).
  const slope = (inverse: number) =>
    logits.reduce((sum, row, i) => {
      const expected = softmax(row, 1 / inverse).reduce((total, p, k) => total + p * row[k]!, 0);
      return sum + expected - row[truthIndex[i]!]!;
    }, 0);
  let low = 1 / temperatureRange.high;
  let high = 1 / temperatureRange.low;
  if (slope(low) >= 0) return temperatureRange.high;
  if (slope(high) <= 0) return temperatureRange.low;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) high = middle;
    else low = middle;
  }
  return 2 / (low + high);
}
