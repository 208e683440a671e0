import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NamedTensorMap, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import { checkWhole, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { type AdamW, adamW } from './adamw';
import {
  type CurvePoint,
  type PretrainSettings,
  type PretrainState,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint';
import { buildClassifier, type Classifier } from './classifier';
import { fractalClasses, pictureSize } from './fractal-classes';
import { type FractalPictures, fractalPictures } from './fractal-pictures';
import { savePretrained } from './save-pretrained';

export interface PretrainOptions extends WorkOptions {
  /** Pictures to see, 64 or more. Default 160,000, as the weights in the repository. */
  readonly pictures?: number;
  /** Of classes, pictures and first weights; whole, 0 or more. Default 42. */
  readonly seed?: number;
}

/** What came of it. */
export interface Pretrained {
  /** Folder with model.json, weights.bin and training.json. */
  readonly folder: string;
  readonly settings: PretrainSettings;
  /** Loss on the pictures seen, and share of fresh pictures classified rightly, by pictures seen. */
  readonly curve: readonly CurvePoint[];
  /** Share of fresh pictures classified rightly at the end. */
  readonly top1: number;
  /** Of all runs together. */
  readonly seconds: number;
}

/** Name of the checkpoint in the folder. */
const checkpointName = 'checkpoint.bin';
const classCount = 200;
const batchSize = 64;
const learningRate = 2e-3;
const weightDecay = 0.02;
/** Steps between checkpoints: what is lost at most. */
const stepsPerCheckpoint = 50;
/** Points of the curve. */
const curvePoints = 16;
/** Fresh pictures for a point of the curve, and for the last; never more than were seen. */
const heldOut = { point: 1024, last: 4096 };

/** The rate of a step: half a cosine from `learningRate` down to 0 (Loshchilov & Hutter 2017). */
export const cosineRate = (step: number, steps: number): number =>
  (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps));

interface Batch {
  readonly pictures: Tensor4D;
  readonly labels: number[];
}

function drawBatch(tf: TensorFlow, source: FractalPictures, first: number, count: number): Batch {
  const side = pictureSize ** 2;
  const values = new Float32Array(count * side);
  const labels = Array.from({ length: count }, (_, i) =>
    source.draw(first + i, values.subarray(i * side, (i + 1) * side)),
  );
  return { pictures: tf.tensor4d(values, [count, pictureSize, pictureSize, 1]), labels };
}

/** One step; returns the loss. */
function learn(
  tf: TensorFlow,
  classifier: Classifier,
  optimizer: AdamW,
  { pictures, labels }: Batch,
  rate: number,
): number {
  return tf.tidy(() => {
    const expected = tf.oneHot(tf.tensor1d(labels, 'int32'), classCount);
    const { value, grads } = tf.variableGrads(
      () => tf.losses.softmaxCrossEntropy(expected, classifier.train(pictures)).asScalar(),
      [...classifier.trained],
    );
    optimizer.step(grads as NamedTensorMap, rate);
    return value.dataSync()[0]!;
  });
}

/** Share of the first `count` pictures of a stream that are classified rightly. */
async function accuracyOn(
  tf: TensorFlow,
  classifier: Classifier,
  source: FractalPictures,
  count: number,
): Promise<number> {
  let right = 0;
  for (let i = 0; i < count; i += batchSize) {
    const found = tf.tidy(() => {
      const { pictures, labels } = drawBatch(tf, source, i, batchSize);
      const called = (classifier.classify(pictures).argMax(1) as unknown as Tensor2D).dataSync();
      return labels.filter((label, j) => label === called[j]).length;
    });
    right += found;
    await nextTurn();
  }
  return right / count;
}

function setVariables(
  tf: TensorFlow,
  variables: readonly Variable[],
  numbers: Float32Array,
  file: string,
): void {
  const size = variables.reduce((sum, variable) => sum + variable.size, 0);
  if (numbers.length !== size)
    throw new InputError(`${file} holds ${numbers.length} numbers, not ${size}; delete it to start anew`);
  let offset = 0;
  for (const variable of variables) {
    const values = numbers.slice(offset, offset + variable.size);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    offset += variable.size;
  }
}

const timeLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/**
 * Pretrains the small network on formula-driven pictures, without a single natural one: it learns to tell 200 iterated
 * function systems apart (Kataoka et al. 2020). AdamW, rate 2e-3 down a cosine, weight decay 0.02 on kernels, batches
 * of 64. Everything follows from the seed. Its state is kept in `folder` every 50 steps: killed at any moment and run
 * again with the same options, it goes on and comes to the same end.
 * @param folder for the checkpoint and, at the end, the weights (see `savePretrained`)
 * @throws InputError naming the option that is wrong, or a checkpoint of another pretraining
 * @throws the signal's reason when interrupted; the state is kept
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
  const kept = await readCheckpoint(file, settings);
  const tf = await tensorflow();
  const random = seededRandom(`pretraining/${seed}`);
  const classes = fractalClasses(classCount, random.fork('classes'));
  const training = fractalPictures(classes, random.fork('training'));
  const fresh = fractalPictures(classes, random.fork('held out'));
  const classifier = buildClassifier(tf, classCount, seed);
  const optimizer = adamW(tf, classifier.trained, { weightDecay, decays: classifier.isKernel });
  const variables = [...classifier.trained, ...classifier.running, ...optimizer.moments];
  try {
    if (kept) setVariables(tf, variables, kept.numbers, file);
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
    const start = performance.now() - state.seconds * 1000;
    const startStep = state.steps;
    const startSeconds = state.seconds;
    const save = () => writeCheckpoint(file, state, variables);
    while (state.steps < steps) {
      if (signal?.aborted) await save();
      signal?.throwIfAborted();
      const batch = drawBatch(tf, training, state.steps * batchSize, batchSize);
      const loss = learn(tf, classifier, optimizer, batch, cosineRate(state.steps, steps));
      batch.pictures.dispose();
      if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss} at step ${state.steps}`);
      state.steps++;
      state.lossSum += loss;
      state.lossCount++;
      const point = Math.floor((state.steps * curvePoints) / steps);
      if (point > Math.floor(((state.steps - 1) * curvePoints) / steps)) {
        const count = Math.min(state.steps === steps ? heldOut.last : heldOut.point, steps * batchSize);
        const top1 = await accuracyOn(tf, classifier, fresh, count);
        state.curve.push({ pictures: state.steps * batchSize, loss: state.lossSum / state.lossCount, top1 });
        state.lossSum = 0;
        state.lossCount = 0;
      }
      state.seconds = (performance.now() - start) / 1000;
      if (state.steps % stepsPerCheckpoint === 0 || state.steps === steps) await save();
      const perStep = (state.seconds - startSeconds) / (state.steps - startStep);
      const top1 = state.curve.at(-1)?.top1;
      onProgress?.({
        stage: 'pretraining',
        done: state.steps * batchSize,
        total: steps * batchSize,
        note:
          `${Math.round(batchSize / perStep)} pictures/s, ${timeLeft((steps - state.steps) * perStep)} left, ` +
          `loss ${loss.toFixed(3)}${top1 === undefined ? '' : `, top-1 ${(100 * top1).toFixed(1)} %`}`,
      });
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
