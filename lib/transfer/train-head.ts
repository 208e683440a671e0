import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from '../core/check';
import { interruptSignal } from '../core/interrupt';
import type { OnProgress } from '../core/progress';
import { argmax } from '../evaluation/probabilities';
import { type Head, softmax } from './head';
import { type HeadStart, headLearner } from './head-learner';
import type { Epoch, History } from './history';
import { epochBatches, type LabelledFeatures, rowOf } from './labelled-features';
import type { TrainingParameters } from './preset';
import { type TrainableHead, trainableHead } from './trainable-head';

type HeadParameters = Pick<
  TrainingParameters,
  'hiddenUnits' | 'dropout' | 'l2' | 'epochs' | 'batchSize' | 'learningRate' | 'decay' | 'patience'
> & { readonly augment: TrainingParameters['augment'] };

export interface HeadTraining extends HeadStart {
  readonly validation: LabelledFeatures;
  readonly parameters: HeadParameters;
  readonly onProgress?: OnProgress;
  /** Which epoch's head is returned: the one with the lowest validation loss (default), or the last. */
  readonly keep?: 'best' | 'last';
  /** Stops after the epoch under way; the best head so far is returned. */
  readonly signal?: AbortSignal;
}

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
      if (argmax(probabilities) === truth) right++;
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
 * @throws the reason of the interrupt of the cell that this is called for
 */
export async function trainHead(work: HeadTraining): Promise<{ head: Head; history: History }> {
  const { train, parameters, random } = work;
  if (!train.variants.length) throw new InputError('The training part has no pictures');
  if (!work.validation.variants.length)
    throw new InputError('The validation part has no pictures; the best epoch cannot be told');
  const { epochs, learningRate, decay } = parameters;
  const { head, learn } = headLearner(work, Math.max(parameters.batchSize, scoredAtOnce));
  const history: Epoch[] = [];
  let best = { head: head.head(), loss: Infinity, epoch: 0 };
  let step = 0;

  for (let epoch = 1; epoch <= epochs; epoch++) {
    let lossSum = 0;
    let rightCount = 0;
    for (const batch of epochBatches(train, parameters, random, epoch)) {
      const { loss, right } = learn(batch, learningRate / (1 + decay * step++));
      lossSum += loss;
      rightCount += right;
    }
    const { loss: valLoss, accuracy: valAccuracy } = score(head, work.validation);
    if (!Number.isFinite(lossSum + valLoss))
      throw new InputError(
        `The loss overflowed in epoch ${epoch}; learningRate is ${learningRate}: choose a lower one`,
      );
    const figures = {
      epoch,
      loss: lossSum / train.variants.length,
      accuracy: rightCount / train.variants.length,
      valLoss,
      valAccuracy,
      learningRate: learningRate / (1 + decay * step),
    };
    history.push(figures);
    if (valLoss < best.loss) best = { head: head.head(), loss: valLoss, epoch };
    const note = `val_loss ${valLoss.toFixed(4)}`;
    work.onProgress?.({ stage: 'head', done: epoch, total: epochs, note, figures });
    await nextTurn();
    interruptSignal()?.throwIfAborted();
    if (work.signal?.aborted) break;
    if (parameters.patience && epoch - best.epoch >= parameters.patience) break;
  }
  const chosen = work.keep === 'last' ? head.head() : best.head;
  return { head: chosen, history: { epochs: history, bestEpoch: best.epoch } };
}
