import type { OnProgress } from '../core/progress';
import type { Split, Xray } from '../dataset/xray';
import { evaluatePredictions } from '../evaluation/evaluate-predictions';
import type { Evaluation } from '../evaluation/evaluation';
import { scorePictures } from './evaluate';
import { type FineTuneOptions, fineTune } from './fine-tune';
import type { LearnHead } from './learn-head';
import { transferLearn } from './transfer-learn';
import type { TransferOptions } from './transfer-options';
import { withValidation } from './with-validation';

/** What to train in a fold. `seed` is that of the head and of random weights. */
export interface FoldOptions extends TransferOptions {
  /** Whether the model is fine-tuned after its head, and how. Default: it stays frozen. */
  readonly fineTune?: Pick<FineTuneOptions, 'epochs' | 'learningRate'>;
}

/** One fold: trained on the others, tested on it. */
export interface FoldRun {
  /** Seed of the division. */
  readonly seed: number;
  /** From 0. */
  readonly fold: number;
  /** Training pictures. */
  readonly train: number;
  readonly evaluation: Evaluation;
}

/** What the model of a fold says of a picture that it has not seen. */
export interface FoldPrediction {
  readonly seed: number;
  readonly fold: number;
  readonly sha256: string;
  readonly patientId: string;
  /** True class. */
  readonly label: string;
  /** In the order of the classes. */
  readonly probabilities: readonly number[];
}

/** A fold's figures, and every prediction behind them. */
export interface TestedFold {
  readonly run: FoldRun;
  readonly predictions: readonly FoldPrediction[];
}

/** The same, and how long the head took, seconds. */
export interface TimedFold extends TestedFold {
  readonly headSeconds: number;
}

/** The pictures of a fold, and which it is. */
export interface FoldParts {
  readonly train: readonly Xray[];
  readonly test: readonly Xray[];
  readonly classes: readonly string[];
  /** Seed of the division. */
  readonly seed: number;
  /** From 0. */
  readonly fold: number;
  /** How the pictures were divided, and are into training and validation. Default `patient`. */
  readonly grouping?: Split['grouping'];
}

/** Of a head's epochs nobody is told: they are thousands, and over in no time. */
export const withoutHeads = (onProgress: OnProgress | undefined): OnProgress | undefined =>
  onProgress && ((progress) => progress.stage !== 'head' && onProgress(progress));

/**
 * Trains on one fold's training part and tests on its test part; a fifth of the training part, cut off as
 * the fold was, tells the best epoch, with every preset.
 * @param learn where the head is learnt. Default: here
 * @throws InputError as `transferLearn` does
 * @throws the signal's reason when interrupted; features that were computed are kept
 */
export async function testFold(
  { train, test, classes, seed, fold, grouping = 'patient' }: FoldParts,
  { fineTune: tuning, ...options }: FoldOptions,
  learn?: LearnHead,
): Promise<TimedFold> {
  const transfer = { ...options, onProgress: withoutHeads(options.onProgress) };
  const whole: Split = { train, validation: [], test, classes, seed, grouping };
  // Whatever the preset: the best epoch must not be chosen on the pictures that are tested.
  const split = withValidation(whole, 'sound');
  const frozen = await transferLearn(split, transfer, learn);
  const model = tuning
    ? await fineTune(frozen, split, { ...tuning, onProgress: transfer.onProgress, signal: options.signal })
    : frozen;
  options.signal?.throwIfAborted();
  const { truth, probabilities, patients, hashes } = await scorePictures(model, test, transfer);
  const evaluation = evaluatePredictions(truth, probabilities, classes, { patients });
  const predictions = hashes.map((sha256, i) => ({
    seed,
    fold,
    sha256,
    patientId: patients[i]!,
    label: truth[i]!,
    probabilities: probabilities[i]!,
  }));
  const run = { seed, fold, train: train.length, evaluation };
  return { run, predictions, headSeconds: frozen.seconds.head };
}
