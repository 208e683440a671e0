import { InputError } from '../core/check';
import type { Figure } from './figure';
import { type MeanOptions, meanWithInterval } from './mean-with-interval';

/**
 * How much higher a figure is in `a` than in `b`, over the same folds: the mean of a − b with its interval, which is
 * that of the corrected resampled t test (Nadeau and Bengio 2003; over repeated folds Bouckaert and Frank 2004). Where it
 * excludes 0, the test rejects equality at 1 − confidence.
 * @param a one a fold
 * @param b of the same folds in the same order
 * @throws InputError for different lengths, and as `meanWithInterval` does
 */
export function pairedDifference(a: readonly number[], b: readonly number[], options?: MeanOptions): Figure {
  if (a.length !== b.length)
    throw new InputError(`a has ${a.length} items and b has ${b.length}; they must be of the same folds`);
  return meanWithInterval(
    a.map((value, i) => value - b[i]!),
    options,
  );
}
