import { seededRandom } from '../core/random';
import { fitTemperature } from '../evaluation/temperature';
import { type Head, headLogits, withTemperature } from './head';
import type { History } from './history';
import { type LabelledFeatures, rowOf } from './labelled-features';
import type { TrainingParameters } from './preset';
import { type HeadTraining, trainHead } from './train-head';

/** A head's training from features to the head that a model gets. Plain data, but for `onProgress` and `signal`. */
export interface HeadTask extends Omit<HeadTraining, 'random' | 'parameters' | 'keep'> {
  readonly parameters: TrainingParameters;
  /** All that is random follows from it. */
  readonly seed: string;
}

/** Plain data. */
export interface LearntHead {
  readonly head: Head;
  readonly history: History;
  readonly interrupted: boolean;
}

/** Whoever learns a head: this process, or another thread. */
export type LearnHead = (task: HeadTask) => Promise<LearntHead>;

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
 * Trains a head, fits its temperature and refits it on training and validation pictures, as the preset has it.
 * Interrupted, it returns the best head so far.
 * @throws InputError as `trainHead`
 */
export async function learnHead({ seed, ...task }: HeadTask): Promise<LearntHead> {
  const { parameters, validation, signal } = task;
  const training = { ...task, random: seededRandom(seed) };
  const { head: chosen, history } = await trainHead(training);
  const cutShort = history.epochs.length < parameters.epochs && (signal?.aborted ?? false);
  const temperature = parameters.calibrate ? temperatureOf(chosen, validation) : 1;
  const refitted = parameters.refit && !cutShort ? await refit(training, history.bestEpoch) : chosen;
  return {
    head: withTemperature(refitted ?? chosen, temperature),
    history,
    interrupted: cutShort || !refitted,
  };
}
