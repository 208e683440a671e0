import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from '../core/check';
import type { OnProgress } from '../core/progress';
import type { Random } from '../core/random';
import { glorotDense, type Head, softmax } from './head';
import type { Epoch, History } from './history';
import type { TrainingParameters } from './preset';
import { type TrainableHead, trainableHead } from './trainable-head';

/** Rows of features [rows, dimension] with what they are of. */
export interface LabelledFeatures {
  readonly data: Float32Array;
  readonly dimension: number;
  /**
   * For each picture the rows that show it: itself and its augmented copies. Each epoch trains on one of them;
   * validation looks at the first.
   */
  readonly variants: readonly (readonly number[])[];
  /** Class number of each picture. */
  readonly classes: readonly number[];
}

type HeadParameters = Pick<
  TrainingParameters,
  'hiddenUnits' | 'dropout' | 'l2' | 'epochs' | 'batchSize' | 'learningRate' | 'decay' | 'patience'
> & { readonly augment: TrainingParameters['augment'] };

export interface HeadTraining {
  readonly train: LabelledFeatures;
  readonly validation: LabelledFeatures;
  readonly classCount: number;
  readonly parameters: HeadParameters;
  /** Weight of each class in the loss. */
  readonly classWeights: readonly number[];
  readonly random: Random;
  /**
   * What the kernels start from. `zeros` is for a head without hidden layer only: its loss is convex, so a random
   * start is nothing but noise, which is large where features are many and steps few. Default `glorot`.
   */
  readonly start?: 'glorot' | 'zeros';
  readonly onProgress?: OnProgress;
  /** Which epoch's head is returned: the one with the lowest validation loss (default), or the last. */
  readonly keep?: 'best' | 'last';
  /** Stops after the epoch under way; the best head so far is returned. */
  readonly signal?: AbortSignal;
}

const rowOf = ({ data, dimension }: LabelledFeatures, row: number): Float32Array =>
  data.subarray(row * dimension, (row + 1) * dimension);

const indexOfLargest = (values: Float32Array): number => values.indexOf(Math.max(...values));

/** Rows a pass where nothing is learnt. */
const scoredAtOnce = 32;

function score(head: TrainableHead, features: LabelledFeatures): { loss: number; accuracy: number } {
  const { variants, classes } = features;
  let loss = 0;
  let right = 0;
  for (let start = 0; start < variants.length; start += scoredAtOnce) {
    const rows = variants.slice(start, start + scoredAtOnce).map(([row]) => rowOf(features, row!));
    head.forward(rows).forEach((logits, b) => {
      const probabilities = softmax(logits);
      const truth = classes[start + b]!;
      loss -= Math.log(Math.max(probabilities[truth]!, 1e-7));
      if (indexOfLargest(probabilities) === truth) right++;
    });
  }
  return { loss: loss / variants.length, accuracy: right / variants.length };
}

/** Mean cross-entropy and accuracy over the first variant of each picture. */
export const scoreHead = (head: Head, features: LabelledFeatures): { loss: number; accuracy: number } =>
  score(trainableHead(head, scoredAtOnce), features);

/**
 * Trains dense layers by mini-batches and Adam on features that were computed once; the same figures as
 * tf.layers' `fit` for the same weights and order, without its overhead a step.
 * The order, the dropout and the variants drawn follow from `random` alone.
 * @returns the head of the epoch with the lowest validation loss, and the curves
 * @throws InputError for no training or validation pictures, and if the loss overflows
 */
export async function trainHead(work: HeadTraining): Promise<{ head: Head; history: History }> {
  const { train, parameters, random } = work;
  if (!train.variants.length) throw new InputError('The training part has no pictures');
  if (!work.validation.variants.length)
    throw new InputError('The validation part has no pictures; the best epoch cannot be told');
  const { dropout, l2, epochs, batchSize, learningRate, decay, hiddenUnits } = parameters;
  const sizes = [train.dimension, ...(hiddenUnits ? [hiddenUnits] : []), work.classCount];
  const layers = sizes.slice(1).map((units, i) => glorotDense(sizes[i]!, units, random.fork(`layer ${i}`)));
  if (work.start === 'zeros' && !hiddenUnits) layers[0]!.kernel.fill(0);
  const head = trainableHead({ layers }, Math.max(batchSize, scoredAtOnce));
  const drops = random.fork('dropout');
  const kept = 1 / (1 - dropout);
  const drop = (activations: Float32Array) => {
    for (let j = 0; j < hiddenUnits; j++) {
      const isKept = activations[j]! > 0 && (dropout === 0 || drops.uniform() >= dropout);
      activations[j] = isKept ? activations[j]! * kept : 0;
    }
  };
  const history: Epoch[] = [];
  let best = { head: head.head(), loss: Infinity, epoch: 0 };
  let step = 0;

  /** One step on some rows; the sum of their losses, and how many were right. */
  const learn = (rows: readonly Float32Array[], truths: readonly number[]) => {
    let loss = 0;
    let right = 0;
    head.forward(rows, drop).forEach((logits, b) => {
      const truth = truths[b]!;
      const classWeight = work.classWeights[truth]!;
      const probabilities = softmax(logits);
      loss -= classWeight * Math.log(Math.max(probabilities[truth]!, 1e-7));
      if (indexOfLargest(probabilities) === truth) right++;
      // The gradient of the logits, in their place.
      probabilities[truth]! -= 1;
      for (let c = 0; c < work.classCount; c++) probabilities[c]! *= classWeight / rows.length;
    });
    const rate = learningRate / (1 + decay * step);
    head.backward(++step, rate, l2, kept);
    return { loss, right };
  };

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = random.fork(`order ${epoch}`).shuffle(train.variants.map((_, i) => i));
    const choice = random.fork(`variant ${epoch}`);
    let lossSum = 0;
    let rightCount = 0;
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.slice(start, start + batchSize);
      const rows = batch.map((i) => {
        const rowsOfPicture = train.variants[i]!;
        const isEachEpoch = parameters.augment === 'each-epoch';
        const variant = isEachEpoch ? epoch % rowsOfPicture.length : choice.integer(rowsOfPicture.length);
        return rowOf(train, rowsOfPicture[variant]!);
      });
      const { loss, right } = learn(
        rows,
        batch.map((i) => train.classes[i]!),
      );
      lossSum += loss;
      rightCount += right;
    }
    const { loss: valLoss, accuracy: valAccuracy } = score(head, work.validation);
    if (!Number.isFinite(lossSum + valLoss))
      throw new InputError(
        `The loss overflowed in epoch ${epoch}; learningRate is ${learningRate}: choose a lower one`,
      );
    history.push({
      epoch,
      loss: lossSum / order.length,
      accuracy: rightCount / order.length,
      valLoss,
      valAccuracy,
      learningRate: learningRate / (1 + decay * step),
    });
    if (valLoss < best.loss) best = { head: head.head(), loss: valLoss, epoch };
    work.onProgress?.({ stage: 'head', done: epoch, total: epochs, note: `val_loss ${valLoss.toFixed(4)}` });
    await nextTurn();
    if (work.signal?.aborted) break;
    if (parameters.patience && epoch - best.epoch >= parameters.patience) break;
  }
  const chosen = work.keep === 'last' ? head.head() : best.head;
  return { head: chosen, history: { epochs: history, bestEpoch: best.epoch } };
}
