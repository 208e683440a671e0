import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from '../core/check';
import type { OnProgress } from '../core/progress';
import type { Random } from '../core/random';
import {
  addKernelGradient,
  applyDense,
  type Dense,
  glorotDense,
  type Head,
  headLogits,
  softmax,
} from './head';
import type { Epoch, History } from './history';
import type { TrainingParameters } from './preset';

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

/** Adam's state of one array of weights, with Keras' defaults (Kingma and Ba 2015; keras/optimizers/adam.py). */
function adam(weights: Float32Array) {
  const gradient = new Float32Array(weights.length);
  const mean = new Float32Array(weights.length);
  const variance = new Float32Array(weights.length);
  return {
    gradient,
    step(rate: number, count: number, l2: number) {
      const scale = (rate * Math.sqrt(1 - 0.999 ** count)) / (1 - 0.9 ** count);
      for (let k = 0; k < weights.length; k++) {
        const g = gradient[k]! + 2 * l2 * weights[k]!;
        const m = (mean[k]! += 0.1 * (g - mean[k]!));
        const v = (variance[k]! += 0.001 * (g * g - variance[k]!));
        weights[k]! -= (scale * m) / (Math.sqrt(v) + 1e-7);
        gradient[k] = 0;
      }
    },
  };
}

/** Mean cross-entropy and accuracy over the first variant of each picture. */
export function scoreHead(head: Head, features: LabelledFeatures): { loss: number; accuracy: number } {
  let loss = 0;
  let right = 0;
  features.variants.forEach((rows, i) => {
    const probabilities = softmax(headLogits(head, rowOf(features, rows[0]!)));
    const truth = features.classes[i]!;
    loss -= Math.log(Math.max(probabilities[truth]!, 1e-7));
    if (probabilities.indexOf(Math.max(...probabilities)) === truth) right++;
  });
  return { loss: loss / features.variants.length, accuracy: right / features.variants.length };
}

const copyOf = (layers: readonly Dense[]): Head => ({
  layers: layers.map((layer) => ({ ...layer, kernel: layer.kernel.slice(), bias: layer.bias.slice() })),
});

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
  const optimizers = layers.map(({ kernel, bias }) => ({ kernel: adam(kernel), bias: adam(bias) }));
  const hidden = layers.length > 1 ? layers[0]! : undefined;
  const last = layers.at(-1)!;
  const activations = new Float32Array(hiddenUnits);
  const hiddenGradient = new Float32Array(hiddenUnits);
  const logits = new Float32Array(work.classCount);
  const drops = random.fork('dropout');
  const history: Epoch[] = [];
  let best = { head: copyOf(layers), loss: Infinity, epoch: 0 };
  let step = 0;

  /** Forward and backward for one row; adds to the gradients, returns loss and whether it was right. */
  const learn = (row: Float32Array, truth: number, share: number) => {
    if (hidden) {
      applyDense(hidden, row, activations);
      for (let j = 0; j < hiddenUnits; j++) {
        const kept = activations[j]! > 0 && (dropout === 0 || drops.uniform() >= dropout);
        activations[j] = kept ? activations[j]! / (1 - dropout) : 0;
      }
    }
    const input = hidden ? activations : row;
    applyDense(last, input, logits);
    const probabilities = softmax(logits);
    const loss = -Math.log(Math.max(probabilities[truth]!, 1e-7));
    const right = probabilities.indexOf(Math.max(...probabilities)) === truth;
    const classWeight = work.classWeights[truth]!;
    const weight = classWeight * share;
    for (let c = 0; c < last.units; c++)
      probabilities[c] = weight * (probabilities[c]! - (c === truth ? 1 : 0));
    addGradient(optimizers.at(-1)!, last, input, probabilities);
    if (hidden) {
      for (let j = 0; j < hiddenUnits; j++) {
        let g = 0;
        if (activations[j]! > 0) {
          for (let c = 0; c < last.units; c++) g += probabilities[c]! * last.kernel[j * last.units + c]!;
          g /= 1 - dropout;
        }
        hiddenGradient[j] = g;
      }
      addGradient(optimizers[0]!, hidden, row, hiddenGradient);
    }
    return { loss: classWeight * loss, right };
  };

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = random.fork(`order ${epoch}`).shuffle(train.variants.map((_, i) => i));
    const choice = random.fork(`variant ${epoch}`);
    let lossSum = 0;
    let rightCount = 0;
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.slice(start, start + batchSize);
      for (const i of batch) {
        const rows = train.variants[i]!;
        const variant =
          parameters.augment === 'each-epoch' ? epoch % rows.length : choice.integer(rows.length);
        const { loss, right } = learn(rowOf(train, rows[variant]!), train.classes[i]!, 1 / batch.length);
        lossSum += loss;
        if (right) rightCount++;
      }
      const rate = learningRate / (1 + decay * step);
      step++;
      optimizers.forEach(({ kernel, bias }) => {
        kernel.step(rate, step, l2);
        bias.step(rate, step, 0);
      });
    }
    const { loss: valLoss, accuracy: valAccuracy } = scoreHead({ layers }, work.validation);
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
    if (valLoss < best.loss) best = { head: copyOf(layers), loss: valLoss, epoch };
    work.onProgress?.({ stage: 'head', done: epoch, total: epochs, note: `val_loss ${valLoss.toFixed(4)}` });
    await nextTurn();
    if (work.signal?.aborted) break;
    if (parameters.patience && epoch - best.epoch >= parameters.patience) break;
  }
  const head = work.keep === 'last' ? copyOf(layers) : best.head;
  return { head, history: { epochs: history, bestEpoch: best.epoch } };
}

function addGradient(
  optimizer: { kernel: { gradient: Float32Array }; bias: { gradient: Float32Array } },
  layer: Dense,
  input: Float32Array,
  output: Float32Array,
): void {
  addKernelGradient(layer, input, output, optimizer.kernel.gradient);
  for (let j = 0; j < layer.units; j++) optimizer.bias.gradient[j]! += output[j]!;
}
