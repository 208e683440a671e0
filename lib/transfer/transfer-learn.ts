import { summarizeSplit } from '../dataset/summarize-split';
import { isSynthetic, type Split, type Xray } from '../dataset/xray';
import { withStandardization } from './head';
import { type LearnHead, learnHead } from './learn-head';
import { createModel, type TransferModel } from './model';
import { prepareTraining } from './prepare-training';
import type { TransferOptions } from './transfer-options';

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/**
 * Deep transfer learning: the base stays frozen, its features are computed once (or found in the cache), and a new
 * head is trained on them.
 * @throws InputError naming the parameter, or the file, that is wrong
 * @throws the signal's reason when interrupted while features are computed; what was computed is kept. Interrupted
 * while the head is trained, it returns the best head so far, marked `interrupted`.
 * @param learn where the head is learnt. Default: here
 */
export async function transferLearn(
  split: Split,
  options: TransferOptions,
  learn: LearnHead = learnHead,
): Promise<TransferModel> {
  const start = performance.now();
  const { preset = 'sound', seed = 42 } = options;
  const prepared = await prepareTraining(split, options);
  const { parts, parameters, backbone, lend, task, statistics } = prepared;
  const featureSeconds = secondsSince(start);
  const { head, history, interrupted } = await learn(task);
  const hashes = (xrays: readonly Xray[]) => xrays.map(({ sha256 }) => sha256);
  return createModel(
    {
      classes: parts.classes,
      backbone: {
        name: backbone.name,
        title: backbone.title,
        cut: backbone.cut,
        weights: backbone.weights,
        weightsHash: backbone.weightsHash,
        seed,
        preprocessing: backbone.preprocessing,
        fineTuned: false,
      },
      preset,
      parameters,
      seed,
      history,
      seconds: {
        features: featureSeconds,
        head: secondsSince(start) - featureSeconds,
        total: secondsSince(start),
      },
      seen: {
        grouping: split.grouping,
        train: hashes(parts.train),
        validation: hashes(parts.validation),
        test: hashes(parts.test),
      },
      data: summarizeSplit(parts),
      synthetic: isSynthetic(parts.train),
      interrupted,
      head: statistics ? withStandardization(head, statistics.mean, statistics.deviation) : head,
    },
    lend,
  );
}
