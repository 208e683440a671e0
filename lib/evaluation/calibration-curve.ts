import { checkChoice, checkWhole, InputError } from '../core/check';
import { quantile } from './bca-interval';
import { checkBooleans } from './check-scores';
import type { Figure } from './figure';
import { wilson } from './wilson';

export interface BinOptions {
  /** Bins, 2 to 1,000. Default 10. */
  readonly bins?: number;
  /** `uniform` (default): bins of equal width; `quantile`: bins of about equally many pictures. */
  readonly strategy?: 'uniform' | 'quantile';
}

/** Pictures whose probability lies in (low, high]; in the first bin low belongs to it. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  /** How many pictures, 1 or more. */
  readonly count: number;
  /** Mean of their probabilities: what the model says. */
  readonly meanProbability: number;
  /** Share of them that are positive, with Wilson's 95 % interval: what is so. */
  readonly share: Figure;
}

/**
 * Checks probabilities and what they are of.
 * @throws InputError
 */
export function checkOutcomes(probabilities: readonly number[], positives: readonly boolean[]): void {
  if (probabilities.length === 0) throw new InputError('probabilities is empty; nothing can be evaluated');
  if (probabilities.length !== positives.length)
    throw new InputError(
      `probabilities has ${probabilities.length} items and positives has ${positives.length}; they must match`,
    );
  const bad = probabilities.findIndex((p) => !(p >= 0 && p <= 1 + 1e-6));
  if (bad >= 0)
    throw new InputError(`probabilities[${bad}] is ${probabilities[bad]}; probabilities are from 0 to 1`);
  checkBooleans('positives', positives);
}

/** The bins' edges, and the bin of each picture. */
export function binPictures(probabilities: readonly number[], options: BinOptions) {
  const { bins = 10, strategy = 'uniform' } = options;
  checkWhole('bins', bins, 2, 1000);
  checkChoice('strategy', strategy, ['uniform', 'quantile']);
  const sorted = Float64Array.from(probabilities).sort();
  const edges = Array.from({ length: bins + 1 }, (_, b) =>
    strategy === 'uniform' ? b / bins : quantile(sorted, b / bins),
  );
  const inner = edges.slice(1, -1);
  const binOf = probabilities.map((p) => inner.filter((edge) => edge < p).length);
  return { edges, binOf };
}

/**
 * The calibration curve (reliability diagram): of the pictures to which the model gives a probability of about p, how
 * many are positive? Bins as scikit-learn's calibration_curve; those without pictures are left out.
 * @param probabilities one a picture, in [0, 1]
 * @param positives whether each picture is positive
 * @throws InputError for no pictures, different lengths, numbers that are no probabilities, or bins out of range
 */
export function calibrationCurve(
  probabilities: readonly number[],
  positives: readonly boolean[],
  options: BinOptions = {},
): CalibrationBin[] {
  checkOutcomes(probabilities, positives);
  const { edges, binOf } = binPictures(probabilities, options);
  return edges.slice(1).flatMap((high, bin): CalibrationBin[] => {
    const own = binOf.flatMap((b, i) => (b === bin ? [i] : []));
    if (own.length === 0) return [];
    const sum = own.reduce((total, i) => total + probabilities[i]!, 0);
    const share = wilson(own.filter((i) => positives[i]).length, own.length);
    return [{ low: edges[bin]!, high, count: own.length, meanProbability: sum / own.length, share }];
  });
}
