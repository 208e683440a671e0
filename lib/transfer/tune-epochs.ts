import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from '../core/check';
import { interruptSignal } from '../core/interrupt';
import type { WorkOptions } from '../core/progress';
import type { Random } from '../core/random';
import type { Epoch, History } from './history';
import type { TailAndHead } from './tail-and-head';

/** How long and how fast, on which rows. */
export interface Tuning extends WorkOptions {
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Numbers of the rows to learn from. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly random: Random;
  /** What progress names. */
  readonly stage: string;
}

/** One epoch's steps: the sums of loss and hits. Cut short when the signal is aborted. */
async function learnAll(
  network: TailAndHead,
  epoch: number,
  { train, batchSize, random, signal }: Tuning,
): Promise<{ loss: number; right: number }> {
  const order = random.fork(`order ${epoch}`).shuffle(train);
  const sum = { loss: 0, right: 0 };
  for (let i = 0; i < order.length && !signal?.aborted; i += batchSize) {
    const { loss, right } = network.learn(order.slice(i, i + batchSize), epoch * 100_003 + i);
    sum.loss += loss;
    sum.right += right;
    await nextTurn();
    interruptSignal()?.throwIfAborted();
  }
  return sum;
}

/**
 * Trains epoch by epoch; the network has the weights of the epoch with the lowest validation loss in the end, or those
 * that it began with if none is better.
 * @returns the whole epochs until the end or the interrupt; `bestEpoch` is 0 for the start
 * @throws InputError if the loss overflows
 * @throws the reason of the interrupt of the cell that this is called for
 */
export async function tuneEpochs(network: TailAndHead, tuning: Tuning): Promise<History> {
  const { epochs, learningRate, train, validation, stage, onProgress, signal } = tuning;
  const history: Epoch[] = [];
  network.keep();
  let best = { epoch: 0, loss: (await network.score(validation)).valLoss };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const { loss, right } = await learnAll(network, epoch, tuning);
    if (signal?.aborted) break;
    const validated = await network.score(validation);
    if (!Number.isFinite(loss + validated.valLoss))
      throw new InputError(
        `The loss overflowed in epoch ${epoch}; learningRate is ${learningRate}: choose a lower one`,
      );
    const figures = {
      epoch,
      loss: loss / train.length,
      accuracy: right / train.length,
      ...validated,
      learningRate,
    };
    history.push(figures);
    if (validated.valLoss < best.loss) {
      network.keep();
      best = { epoch, loss: validated.valLoss };
    }
    const note = `val_loss ${validated.valLoss.toFixed(4)}`;
    onProgress?.({ stage, done: epoch, total: epochs, note, figures });
  }
  network.restore();
  return { epochs: history, bestEpoch: best.epoch };
}
