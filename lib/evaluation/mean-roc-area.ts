import { InputError } from '../core/check';
import { rocArea } from './areas';
import { oneVsRest, type ScoredPictures } from './scored-pictures';
import { equalWeights } from './weighted';

/**
 * Area under the ROC curve as one number without interval, for work that needs thousands of them: the mean over the
 * classes that have pictures, each against all others.
 * @throws InputError where all pictures are of one class
 */
export function meanRocArea(scored: ScoredPictures): number {
  const areas = scored.labels
    .map((label) => {
      const { scores, positives } = oneVsRest(scored, label);
      return rocArea(scores, positives)(equalWeights(scores.length));
    })
    .filter((area) => area !== null);
  if (areas.length === 0)
    throw new InputError('All pictures are of one class; an area under the ROC curve needs two');
  return areas.reduce((a, b) => a + b, 0) / areas.length;
}
