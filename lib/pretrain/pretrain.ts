import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { trainableTensorFlow } from '../compute/tensorflow';
import { checkWhole } from '../core/check';
import { interruptSignal } from '../core/interrupt';
import type { Progress, WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { adamW } from './adamw';
import type { PretrainState } from './checkpoint';
import { buildClassifier } from './classifier';
import { fractalClasses } from './fractal-classes';
import { fractalPictures } from './fractal-pictures';
import type { Pretrained, PretrainSettings } from './pretrained';
import { savePretrained } from './save-pretrained';
import { batchSize, classCount, learningRate, weightDecay } from './settings';
import { accuracyOn, learn } from './step';

export interface PretrainOptions extends WorkOptions {
  /** Pictures to see, 64 or more. Default 160,000, as the weights in the repository. */
  readonly pictures?: number;
  /** Of classes, pictures and first weights; whole, 0 or more. Default 42. */
  readonly seed?: number;
}

/** Name of the checkpoint in the folder. */
const checkpointName = 'checkpoint.bin';
/** Steps between checkpoints: what is lost at most. */
const stepsPerCheckpoint = 50;
/** Points of the curve. */
const curvePoints = 16;
/** Fresh pictures for a point of the curve, and for the last; never more than were seen. */
const heldOut = { point: 1024, last: 4096 };

/** The rate of a step: half a cosine from `learningRate` down to 0 (Loshchilov & Hutter 2017). */
export const cosineRate = (step: number, steps: number): number =>
  (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps));

/** Whether a point of the curve is due after so many of the steps. */
const isPoint = (step: number, steps: number): boolean =>
  Math.floor((step * curvePoints) / steps) > Math.floor(((step - 1) * curvePoints) / steps);

const timeLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

function progressOf(state: PretrainState, steps: number, secondsPerStep: number, loss: number): Progress {
  const top1 = state.curve.at(-1)?.top1;
  return {
    stage: 'pretraining',
    done: state.steps * batchSize,
    total: steps * batchSize,
    note:
      `${Math.round(batchSize / secondsPerStep)} pictures/s, ` +
      `${timeLeft((steps - state.steps) * secondsPerStep)} left, loss ${loss.toFixed(3)}` +
      (top1 === undefined ? '' : `, top-1 ${(100 * top1).toFixed(1)} %`),
  };
}

/**
 * Pretrains the small network on formula-driven pictures, without a single natural one: it learns to tell 200 iterated
 * function systems apart (Kataoka et al. 2020). AdamW, rate 2e-3 down a cosine, weight decay 0.02 on kernels, batches
 * of 64. Everything follows from the seed: bit by bit on one machine, the first losses within 1e-4 on another one. The state is kept in
 * `folder` every 50 steps: killed at any moment and run again with the same options, it goes on and comes to the same
 * end.
 * @param folder for the checkpoint and, at the end, the weights (see `savePretrained`)
 * @throws InputError naming the option that is wrong, or a checkpoint of another pretraining
 * @throws the reason of the signal, or of the interrupt of the cell that this is called for; the state is kept
 */
export async function pretrain(folder: string, options: PretrainOptions = {}): Promise<Pretrained> {
  const { pictures = 160_000, seed = 42, onProgress, signal } = options;
  checkWhole('pictures', pictures, batchSize, 100_000_000);
  checkWhole('seed', seed, 0);
  const settings: PretrainSettings = {
    pictures,
    seed,
    classes: classCount,
    batchSize,
    learningRate,
    weightDecay,
  };
  const file = path.join(folder, checkpointName);
  const { readCheckpoint, writeCheckpoint } = await import('./checkpoint.js');
  const kept = await readCheckpoint(file, settings);
  const tf = await trainableTensorFlow('Pretraining');
  const random = seededRandom(`pretraining/${seed}`);
  const classes = fractalClasses(classCount, random.fork('classes'));
  const training = fractalPictures(classes, random.fork('training'));
  const fresh = fractalPictures(classes, random.fork('held out'));
  const classifier = buildClassifier(tf, classCount, seed);
  const optimizer = adamW(tf, classifier.trained, { weightDecay, decays: classifier.isKernel });
  const variables = [...classifier.trained, ...classifier.running, ...optimizer.moments];
  try {
    kept?.restore(tf, variables);
    const state: PretrainState = kept?.state ?? {
      settings,
      steps: 0,
      seconds: 0,
      lossSum: 0,
      lossCount: 0,
      curve: [],
    };
    optimizer.steps = state.steps;
    const steps = Math.floor(pictures / batchSize);
    const before = { steps: state.steps, seconds: state.seconds };
    const start = performance.now();
    const save = () => writeCheckpoint(file, state, variables);
    while (state.steps < steps) {
      const stopped = [signal, interruptSignal()].find((one) => one?.aborted);
      if (stopped) await save();
      stopped?.throwIfAborted();
      const loss = learn(tf, classifier, optimizer, training, cosineRate(state.steps, steps));
      if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss} at step ${state.steps}`);
      state.steps++;
      state.lossSum += loss;
      state.lossCount++;
      if (isPoint(state.steps, steps)) {
        const count = Math.min(state.steps === steps ? heldOut.last : heldOut.point, steps * batchSize);
        const top1 = await accuracyOn(tf, classifier, fresh, count);
        state.curve.push({ pictures: state.steps * batchSize, loss: state.lossSum / state.lossCount, top1 });
        state.lossSum = 0;
        state.lossCount = 0;
      }
      const elapsed = (performance.now() - start) / 1000;
      state.seconds = before.seconds + elapsed;
      if (state.steps % stepsPerCheckpoint === 0 || state.steps === steps) await save();
      onProgress?.(progressOf(state, steps, elapsed / (state.steps - before.steps), loss));
      await nextTurn();
    }
    const { curve, seconds } = state;
    const pretrained: Pretrained = { folder, settings, curve, top1: curve.at(-1)!.top1, seconds };
    await savePretrained(tf, classifier.network, pretrained);
    return pretrained;
  } finally {
    optimizer.dispose();
    classifier.dispose();
  }
}
