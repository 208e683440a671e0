import { isSynthetic, type Split, type Xray } from '../dataset/xray';
import { fitTemperature } from '../evaluation/temperature';
import { type Head, headLogits, withStandardization, withTemperature } from './head';
import { type LabelledFeatures, rowOf } from './labelled-features';
import { createModel, type TransferModel } from './model';
import { prepareTraining } from './prepare-training';
import { type HeadTraining, trainHead } from './train-head';
import type { TransferOptions } from './transfer-options';

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** The head's temperature on the validation part; see `fitTemperature`. */
function temperatureOf(head: Head, features: LabelledFeatures): number {
  const logits = features.variants.map(([row]) => Array.from(headLogits(head, rowOf(features, row!))));
  return fitTemperature(logits, features.classes);
}

/** The head trained on both parts for so many epochs; undefined if it was interrupted before. */
async function refit(
  { train, validation, parameters, onProgress, ...training }: HeadTraining,
  epochs: number,
): Promise<Head | undefined> {
  const both: LabelledFeatures = {
    ...train,
    variants: [...train.variants, ...validation.variants],
    classes: [...train.classes, ...validation.classes],
  };
  const { head, history } = await trainHead({
    ...training,
    train: both,
    validation,
    parameters: { ...parameters, epochs, patience: 0 },
    keep: 'last',
    // No curve of it: the pictures that would be validated on are trained on.
    onProgress: onProgress && (({ figures: _, ...progress }) => onProgress(progress)),
  });
  return history.epochs.length === epochs ? head : undefined;
}

/**
 * Deep transfer learning: the base stays frozen, its features are computed once (or found in the cache), and a new
 * head is trained on them.
 * @throws InputError naming the parameter, or the file, that is wrong
 * @throws the signal's reason when interrupted while features are computed; what was computed is kept. Interrupted
 * while the head is trained, it returns the best head so far, marked `interrupted`.
 */
export async function transferLearn(split: Split, options: TransferOptions): Promise<TransferModel> {
  const start = performance.now();
  const { preset = 'sound', seed = 42, signal } = options;
  const prepared = await prepareTraining(split, options);
  const { parts, parameters, backbone, lend, training, statistics } = prepared;
  const featureSeconds = secondsSince(start);
  const { head: chosen, history } = await trainHead(training);
  const cutShort = history.epochs.length < parameters.epochs && (signal?.aborted ?? false);
  const temperature = parameters.calibrate ? temperatureOf(chosen, training.validation) : 1;
  const refitted = parameters.refit && !cutShort ? await refit(training, history.bestEpoch) : chosen;
  const head = refitted ?? chosen;
  const interrupted = cutShort || !refitted;
  const confident = withTemperature(head, temperature);
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
      synthetic: isSynthetic(parts.train),
      interrupted,
      head: statistics ? withStandardization(confident, statistics.mean, statistics.deviation) : confident,
    },
    lend,
  );
}
