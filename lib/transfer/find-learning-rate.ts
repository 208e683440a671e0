import { seededRandom } from '../core/random';
import type { Split } from '../dataset/xray';
import { prepareTraining } from './prepare-training';
import { type LearningRateRange, type LearningRateSearch, searchLearningRate } from './search-learning-rate';
import type { TransferOptions } from './transfer-options';

/** As for `transferLearn`; whatever says how long and how fast to train has no effect. */
export interface FindLearningRateOptions extends TransferOptions, LearningRateRange {}

/**
 * Which learning rate suits a head: the rate rises from step to step over the training pictures until the loss runs
 * away, and the middle of its longest fall is suggested (Smith 2017, as fastai's `lr_find`; see `searchLearningRate`).
 * Show it with `plots.learningRate`, then train with `transferLearn(split, { …, learningRate: found.suggestion })`.
 * @throws InputError as `transferLearn`, and for a range that is none
 */
export async function findLearningRate(
  split: Split,
  { lowest, highest, steps, ...options }: FindLearningRateOptions,
): Promise<LearningRateSearch> {
  const {
    task: { seed, ...training },
  } = await prepareTraining(split, options);
  return searchLearningRate({ ...training, random: seededRandom(seed) }, { lowest, highest, steps });
}
