import { checkNumber, InputError } from '../core/check';
import type { Figure } from './figure';
import { studentQuantile } from './student-quantile';

export interface MeanOptions {
  /** Of the two-sided interval, in (0, 1). Default 0.95. */
  readonly confidence?: number;
  /**
   * Test pictures divided by training pictures of each run, for cross-validation and repeated splits: 0.25 for 5 folds.
   * Their runs share training pictures, so they vary less than independent runs would; Nadeau and Bengio 2003 widen the
   * interval accordingly. Default 0: independent runs.
   */
  readonly testToTrain?: number;
  /** Smallest and largest value that the figure can have; the bounds are cut to them. Default: none are. */
  readonly range?: readonly [number, number];
}

/** Of accuracy and other shares. */
export const shareRange = [0, 1] as const;

/**
 * Mean of a figure over folds or seeds with Student's t interval: mean ± t · s · √(1/k + testToTrain).
 * It is of no width where all runs are equal, which a few small test parts can be by chance.
 * @param values one a run, two or more
 * @throws InputError for fewer than two, one that is not a finite number, or one outside `range`
 */
export function meanWithInterval(values: readonly number[], options: MeanOptions = {}): Figure {
  const { confidence = 0.95, testToTrain = 0, range: [least, most] = [-Infinity, Infinity] } = options;
  checkNumber('confidence', confidence, 1e-6, 1 - 1e-6);
  checkNumber('testToTrain', testToTrain, 0, 1e6);
  const k = values.length;
  if (k < 2) throw new InputError(`values has ${k} items; an interval of a mean needs two or more`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`values[${bad}] is ${values[bad]}; it must be a finite number`);
  for (const [i, value] of values.entries())
    if (value < least || value > most)
      throw new InputError(`values[${i}] is ${value}; range is ${least} to ${most}`);
  const value = values.reduce((a, b) => a + b, 0) / k;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (k - 1));
  const half = studentQuantile(0.5 + confidence / 2, k - 1) * deviation * Math.sqrt(1 / k + testToTrain);
  return { value, low: Math.max(least, value - half), high: Math.min(most, value + half) };
}
