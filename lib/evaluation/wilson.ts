import { checkNumber, checkWhole } from '../core/check';
import { type Figure, type PossibleFigure, undefinedFigure } from './figure';
import { normalQuantile } from './normal-quantile';

/** The quantile of the standard normal distribution that belongs to a two-sided confidence. */
export const zOf = (confidence: number): number =>
  normalQuantile(0.5 + checkNumber('confidence', confidence, 1e-6, 1 - 1e-6) / 2);

/**
 * Wilson's score interval (1927) of a share seen in n trials, which stays in [0, 1] and keeps its width at 0 and 1.
 * @param n trials, above 0; need not be whole, see `clusteredShare`
 */
export function scoreInterval(value: number, n: number, confidence: number): { low: number; high: number } {
  const z = zOf(confidence);
  const denominator = 1 + (z * z) / n;
  const centre = (value + (z * z) / (2 * n)) / denominator;
  const half = (z / denominator) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return {
    low: value === 0 ? 0 : Math.max(0, centre - half),
    high: value === 1 ? 1 : Math.min(1, centre + half),
  };
}

/**
 * A proportion with Wilson's score interval (Wilson 1927): stays in [0, 1], and keeps its width at 0 and n successes,
 * where the textbook interval has none.
 * @param successes whole number in [0, n]
 * @param n trials, 1 or more
 * @param confidence of the two-sided interval, in (0, 1); default 0.95
 * @throws InputError for counts that are none
 */
export function wilson(successes: number, n: number, confidence = 0.95): Figure {
  checkWhole('n', n, 1);
  checkWhole('successes', successes, 0, n);
  const value = successes / n;
  return { value, ...scoreInterval(value, n, confidence) };
}

/** `wilson`, or three nulls where there were no trials. */
export const proportion = (successes: number, n: number, confidence?: number): PossibleFigure =>
  n === 0 ? undefinedFigure : wilson(successes, n, confidence);
