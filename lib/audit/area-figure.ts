import type { Random } from '../core/random';
import { rocArea } from '../evaluation/areas';
import { clusteredShare } from '../evaluation/clustered-bootstrap';
import { type PossibleFigure, undefinedFigure } from '../evaluation/figure';
import type { Statistic } from '../evaluation/weighted';

/** Pictures of known class and patient. */
interface Known {
  /** Class number of each picture. */
  readonly truth: readonly number[];
  readonly classes: readonly string[];
  readonly patients: readonly string[];
}

/** Bootstrap resamples of an interval. */
const replicates = 400;

/** The mean of several figures of the same pictures. */
const meanOf =
  (statistics: readonly Statistic[]): Statistic =>
  (weights) => {
    let sum = 0;
    for (const statistic of statistics) {
      const value = statistic(weights);
      if (value === null) return null;
      sum += value;
    }
    return sum / statistics.length;
  };

/**
 * AUROC of logits [pictures][classes], of more than two classes the mean over them, each against the others; its
 * interval keeps a patient's pictures together. Of several judgements of the same pictures it is their mean AUROC.
 */
export function areaFigure(
  { truth, classes, patients }: Known,
  judgements: readonly (readonly (readonly number[])[])[],
  random: Random,
): PossibleFigure {
  const counted = classes.length === 2 ? [0] : classes.map((_, c) => c);
  const statistics = judgements.flatMap((logits) =>
    counted.map((c) =>
      rocArea(
        logits.map((row) => row[c]!),
        truth.map((own) => own === c),
      ),
    ),
  );
  const inClass = classes.map((_, c) => new Set(patients.filter((_, i) => truth[i] === c)).size);
  const fewest = Math.min(...inClass);
  if (fewest === 0) return undefinedFigure;
  return clusteredShare(patients, meanOf(statistics), fewest, { random, replicates });
}
