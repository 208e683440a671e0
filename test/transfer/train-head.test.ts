import type { AdamOptimizer, LayersModel, Tensor2D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { type Random, seededRandom } from '../../lib/core/random';
import { type Dense, glorotDense, type Head, headLogits, headProbabilities } from '../../lib/transfer/head';
import type { LabelledFeatures } from '../../lib/transfer/labelled-features';
import { type HeadTraining, scoreHead, trainHead } from '../../lib/transfer/train-head';
import keras from '../fixtures/transfer/keras_head.json';
import { cloud, training } from './labelled';

/** The weights that `trainHead` starts from. */
function initialLayers({ train, classCount, parameters: { hiddenUnits }, random }: HeadTraining): Dense[] {
  const sizes = [train.dimension, ...(hiddenUnits ? [hiddenUnits] : []), classCount];
  return sizes.slice(1).map((units, i) => glorotDense(sizes[i]!, units, random.fork(`layer ${i}`)));
}

/** The order in which an epoch shows the pictures. */
const orderOf = ({ random, train }: HeadTraining, epoch: number): number[] =>
  random.fork(`order ${epoch}`).shuffle(train.variants.map((_, i) => i));

const rowsOf = ({ data, dimension, variants }: LabelledFeatures, order: readonly number[]): number[][] =>
  order.map((i) =>
    Array.from(data.subarray(variants[i]![0]! * dimension, (variants[i]![0]! + 1) * dimension)),
  );

/** A random source that draws what the test says, and else as `seed`. */
const scripted = (kernels: readonly (readonly number[])[], rest: Random): Random => ({
  ...rest,
  fork: (label) => {
    const layer = /^layer (\d+)$/.exec(String(label));
    if (!layer) return rest.fork(label);
    let next = 0;
    return { ...rest, between: () => kernels[Number(layer[1])]![next++]! };
  },
});

function expectWeights(
  { layers }: Head,
  expected: readonly (readonly number[] | Float32Array)[],
  tolerance: number,
): void {
  layers
    .flatMap(({ kernel, bias }) => [kernel, bias])
    .forEach((values, i) => {
      values.forEach((value, k) => {
        expect(Math.abs(value - expected[i]![k]!)).toBeLessThan(tolerance);
      });
    });
}

describe("the figures of tf.layers' fit", () => {
  let tf: TensorFlow;
  let tensorsBefore: number;
  beforeAll(async () => {
    tf = await tensorflow();
    tensorsBefore = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

  /** Trains with tf.layers from the same weights in the same order; its curves and its last weights. */
  async function fitWithLayers(work: HeadTraining) {
    const { parameters, classCount } = work;
    const start = initialLayers(work);
    const given = start.map(({ inputs, units, kernel, bias }) => [
      tf.tensor2d(kernel, [inputs, units]),
      tf.tensor1d(bias),
    ]);
    const model: LayersModel = tf.sequential({
      layers: start.map(({ inputs, units }, i) =>
        tf.layers.dense({
          units,
          inputShape: [inputs],
          activation: i === start.length - 1 ? 'softmax' : 'relu',
          weights: given[i],
        }),
      ),
    });
    const optimizer = tf.train.adam(parameters.learningRate, 0.9, 0.999, 1e-7);
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const labels = ({ classes }: LabelledFeatures, order: readonly number[]) =>
      tf.oneHot(
        tf.tensor1d(
          order.map((i) => classes[i]!),
          'int32',
        ),
        classCount,
      ) as Tensor2D;
    const all = work.validation.variants.map((_, i) => i);
    const validation: [Tensor2D, Tensor2D] = [
      tf.tensor2d(rowsOf(work.validation, all)),
      tf.tidy(() => labels(work.validation, all)),
    ];
    const curves: Record<'loss' | 'accuracy' | 'valLoss' | 'valAccuracy', number>[] = [];
    let step = 0;
    const onBatchBegin = async () => {
      // The time decay that Keras had, and that tfjs lacks.
      const rate = parameters.learningRate / (1 + parameters.decay * step++);
      (optimizer as AdamOptimizer & { learningRate: number }).learningRate = rate;
    };
    for (let epoch = 1; epoch <= parameters.epochs; epoch++) {
      const order = orderOf(work, epoch);
      const x = tf.tensor2d(rowsOf(work.train, order));
      const y = tf.tidy(() => labels(work.train, order));
      const { batchSize } = parameters;
      const options = { epochs: 1, batchSize, shuffle: false, verbose: 0, validationData: validation };
      const { history } = await model.fit(x, y, { ...options, callbacks: { onBatchBegin } });
      const last = (name: string) => history[name]![0] as number;
      curves.push({
        loss: last('loss'),
        accuracy: last('acc'),
        valLoss: last('val_loss'),
        valAccuracy: last('val_acc'),
      });
      tf.dispose([x, y]);
    }
    const weights = model.getWeights().map((tensor) => tensor.dataSync<'float32'>().slice());
    tf.dispose([validation, given]);
    model.dispose();
    optimizer.dispose();
    return { curves, weights };
  }

  const cases: [string, Partial<HeadTraining['parameters']>, number][] = [
    ['dense(64, relu) → dense(2, softmax)', { hiddenUnits: 64 }, 2],
    ["dense(64, relu) → dense(3, softmax), the article's decay", { hiddenUnits: 64, decay: 0.05 }, 3],
    ['dense(2, softmax)', {}, 2],
    ['dense(3, softmax), decay', { decay: 0.02 }, 3],
  ];
  test.each(cases)('%s', async (_, parameters, classCount) => {
    const random = seededRandom(classCount);
    const work = training({
      // 45 is no multiple of 8: the last batch is smaller, and weighs as much less in the epoch's loss.
      train: cloud(random, 45, 12, classCount, { spread: 2 }),
      validation: cloud(random, 17, 12, classCount, { spread: 2 }),
      classCount,
      parameters: { ...parameters, epochs: 5, learningRate: 5e-3 },
    });
    const { head, history } = await trainHead(work);
    const { curves, weights } = await fitWithLayers(work);
    expect(history.epochs).toHaveLength(5);
    history.epochs.forEach((epoch, i) => {
      expect(epoch.loss).toBeCloseTo(curves[i]!.loss, 4);
      expect(epoch.valLoss).toBeCloseTo(curves[i]!.valLoss, 4);
      expect(epoch.accuracy).toBeCloseTo(curves[i]!.accuracy, 6);
      expect(epoch.valAccuracy).toBeCloseTo(curves[i]!.valAccuracy, 6);
    });
    expect(curves[0]!.loss - curves[4]!.loss).toBeGreaterThan(0.02);
    // tfjs's Adam adds epsilon to another number than Keras'; the test against Keras below is the tight one.
    if (history.bestEpoch === 5) expectWeights(head, weights, 1e-2);
  });
});

describe("Keras' figures (test/fixtures/transfer/keras_head.py)", () => {
  test.each(keras.cases.map((given) => [given.name, given] as const))('%s', async (_, given) => {
    const { dimension, classCount, parameters } = given;
    const labelled = ({ rows, classes }: { rows: number[][]; classes: number[] }): LabelledFeatures => ({
      data: Float32Array.from(rows.flat()),
      dimension,
      variants: rows.map((_row, i) => [i]),
      classes,
    });
    const drawn = scripted(
      given.kernels.map((kernel) => kernel.flat()),
      seededRandom(0),
    );
    const random: Random = {
      ...drawn,
      fork: (label) => {
        const epoch = /^order (\d+)$/.exec(String(label));
        if (!epoch) return drawn.fork(label);
        return { ...drawn, shuffle: (items) => given.orders[Number(epoch[1]) - 1]!.map((i) => items[i]!) };
      },
    };
    const { head, history } = await trainHead(
      training({
        train: labelled(given.train),
        validation: labelled(given.validation),
        classCount,
        classWeights: given.classWeights,
        parameters,
        random,
      }),
    );
    history.epochs.forEach((epoch, i) => {
      const expected = given.history[i]!;
      expect(epoch.valLoss).toBeCloseTo(expected.valLoss, 5);
      expect(epoch.valAccuracy).toBeCloseTo(expected.valAccuracy, 6);
      if (expected.loss !== null) expect(epoch.loss).toBeCloseTo(expected.loss, 5);
      expect(epoch.accuracy).toBeCloseTo(expected.accuracy, 6);
    });
    expect(history.epochs).toHaveLength(parameters.epochs);
    expect(history.bestEpoch).toBe(given.bestEpoch);
    expectWeights(head, given.bestWeights, 2e-4);
  });
});

const numbers = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });

describe('the gradient', () => {
  const dimension = 3;
  const classCount = 3;
  const hidden = 4;
  const classes = [0, 1, 2, 1];

  interface Layer {
    readonly kernel: number[];
    readonly bias: number[];
  }

  /** Logits of a row, and the hidden layer's sums, in double precision, written anew. */
  function forward(layers: readonly Layer[], row: readonly number[]) {
    const sums: number[][] = [];
    for (const { kernel, bias } of layers) {
      const x = sums.at(-1)?.map((value) => Math.max(value, 0)) ?? row;
      sums.push(
        bias.map((b, j) => x.reduce((total, value, k) => total + value * kernel[k * bias.length + j]!, b)),
      );
    }
    return { logits: sums.at(-1)!, hiddenSums: sums.slice(0, -1).flat() };
  }

  function crossEntropy(
    layers: readonly Layer[],
    rows: readonly number[][],
    batch: readonly number[],
    weights: readonly number[],
  ): number {
    const losses = batch.map((i) => {
      const { logits } = forward(layers, rows[i]!);
      const largest = Math.max(...logits);
      const logSum = largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      return weights[classes[i]!]! * (logSum - logits[classes[i]!]!);
    });
    return losses.reduce((a, b) => a + b, 0) / batch.length;
  }

  /** Adam (Kingma and Ba 2015) on numbers whose gradient comes from differences of `loss`. */
  function adamByDifferences(values: number[], rate: number) {
    const state = values.map(() => ({ m: 0, v: 0, smallest: Number.POSITIVE_INFINITY }));
    return {
      state,
      gradient: (loss: () => number) =>
        values.map((w, k) => {
          values[k] = w + 1e-5;
          const up = loss();
          values[k] = w - 1e-5;
          const down = loss();
          values[k] = w;
          return (up - down) / 2e-5;
        }),
      move(gradient: readonly number[], step: number) {
        const scale = (rate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
        state.forEach((own, k) => {
          const g = gradient[k]!;
          own.m = 0.9 * own.m + 0.1 * g;
          own.v = 0.999 * own.v + 0.001 * g * g;
          own.smallest = Math.min(own.smallest, Math.abs(g));
          values[k]! -= (scale * own.m) / (Math.sqrt(own.v) + 1e-7);
        });
      },
    };
  }

  test('leads Adam where finite differences of the loss lead it, for any rows, kernels and class weights', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        numbers(4 * dimension),
        numbers(dimension * hidden),
        numbers(hidden * classCount),
        fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
        async (withHidden, values, first, second, classWeights) => {
          const data = Float32Array.from(values);
          const train = { data, dimension, variants: [[0], [1], [2], [3]], classes };
          const rate = 1e-3;
          const drawn = withHidden ? [first, second] : [first.slice(0, dimension * classCount)];
          const work = training({
            train,
            validation: train,
            classCount,
            classWeights,
            random: scripted(drawn, seededRandom(1)),
            parameters: { hiddenUnits: withHidden ? hidden : 0, epochs: 1, batchSize: 2, learningRate: rate },
          });
          const rows = classes.map((_, i) => Array.from(data.subarray(i * dimension, (i + 1) * dimension)));
          const layers: Layer[] = drawn.map((kernel, l) => ({
            kernel: kernel.map(Math.fround),
            bias: new Array<number>(l === drawn.length - 1 ? classCount : hidden).fill(0),
          }));
          // At a kink of relu the two sides differ, and neither is wrong.
          fc.pre(rows.every((row) => forward(layers, row).hiddenSums.every((sum) => Math.abs(sum) > 0.05)));

          const { head, history } = await trainHead(work);
          const optimizers = layers.flatMap(({ kernel, bias }) => [
            adamByDifferences(kernel, rate),
            adamByDifferences(bias, rate),
          ]);
          const order = orderOf(work, 1);
          let losses = 0;
          // Two steps: after one, Adam tells no more of a gradient than its sign.
          [order.slice(0, 2), order.slice(2)].forEach((batch, step) => {
            const loss = () => crossEntropy(layers, rows, batch, classWeights);
            losses += loss() / 2;
            const gradients = optimizers.map(({ gradient }) => gradient(loss));
            optimizers.forEach(({ move }, i) => {
              move(gradients[i]!, step + 1);
            });
          });
          expect(history.epochs[0]!.loss).toBeCloseTo(losses, 4);
          const expected = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
          head.layers
            .flatMap(({ kernel, bias }) => [kernel, bias])
            .forEach((found, i) => {
              found.forEach((value, k) => {
                // Adam blows up the rounding of a gradient that is next to nothing.
                if (optimizers[i]!.state[k]!.smallest < 1e-3) return;
                compared++;
                expect(Math.abs(value - expected[i]![k]!)).toBeLessThan(0.005 * rate);
              });
            });
        },
      ),
      { numRuns: 80, seed: 3 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});

test('an L2 penalty makes the weights smaller', async () => {
  const work = training({ parameters: { hiddenUnits: 8, epochs: 40, learningRate: 0.01, l2: 0.05 } });
  const { head } = await trainHead(work);
  const free = await trainHead({ ...work, parameters: { ...work.parameters, l2: 0 } });
  const size = ({ layers }: Head) => Math.hypot(...layers.flatMap(({ kernel }) => [...kernel]));
  expect(size(head)).toBeLessThan(0.95 * size(free.head));
});

describe('dropout', () => {
  test('keeps the expected activation, and so the logits of a row that is seen in training', async () => {
    // Kernels of ones and one row: the loss of a step is a function of the share kept alone.
    const units = 400;
    const ones = (length: number) => new Array<number>(length).fill(1);
    const train = { data: Float32Array.of(1), dimension: 1, variants: [[0]], classes: [0] };
    const lossWith = async (dropout: number, seed: number) => {
      const { history } = await trainHead(
        training({
          train,
          validation: train,
          // logits (sum / units, 0)
          random: scripted([ones(units), ones(units).flatMap(() => [1 / units, 0])], seededRandom(seed)),
          parameters: { hiddenUnits: units, dropout, epochs: 1, batchSize: 1, learningRate: 1e-9 },
        }),
      );
      return history.epochs[0]!;
    };
    const sumOf = ({ loss }: { loss: number }) => -Math.log(Math.exp(loss) - 1);
    expect(sumOf(await lossWith(0, 0))).toBeCloseTo(1, 3);
    for (const dropout of [0.2, 0.5, 0.8]) {
      const epochs = await Promise.all(Array.from({ length: 60 }, (_, seed) => lossWith(dropout, seed)));
      const sums = epochs.map(sumOf);
      const mean = sums.reduce((a, b) => a + b) / sums.length;
      // Of `units` kept with chance 1 − p and divided by it: mean 1, variance p / ((1 − p) · units).
      const deviation = Math.sqrt(dropout / (1 - dropout) / units);
      expect(Math.abs(mean - 1)).toBeLessThan((4 * deviation) / Math.sqrt(sums.length));
      const spread = Math.sqrt(sums.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sums.length);
      expect(spread / deviation).toBeGreaterThan(0.7);
      expect(spread / deviation).toBeLessThan(1.3);
      // Nothing is dropped when it is validated.
      const whole = Math.log(1 + Math.exp(-1));
      expect(Math.max(...epochs.map(({ valLoss }) => Math.abs(valLoss - whole)))).toBeLessThan(1e-6);
    }
  });
});

describe('what a training depends on', () => {
  const hard = () => {
    const random = seededRandom(11);
    return {
      train: cloud(random, 60, 8, 2, { spread: 3, copies: 2 }),
      validation: cloud(random, 40, 8, 2, { spread: 3 }),
    };
  };
  const parameters = { hiddenUnits: 16, dropout: 0.5, augment: 2, epochs: 6, learningRate: 0.01 };

  test('the same seed gives the same numbers, another one others', async () => {
    const once = await trainHead(training({ ...hard(), random: seededRandom('a'), parameters }));
    const again = await trainHead(training({ ...hard(), random: seededRandom('a'), parameters }));
    const other = await trainHead(training({ ...hard(), random: seededRandom('b'), parameters }));
    expect(again).toEqual(once);
    expect(other.history.epochs[0]!.loss).not.toBe(once.history.epochs[0]!.loss);
  });

  test('the number of epochs asked for does not change the epochs that are common', async () => {
    const short = await trainHead(training({ ...hard(), parameters: { ...parameters, epochs: 3 } }));
    const long = await trainHead(training({ ...hard(), parameters }));
    expect(long.history.epochs.slice(0, 3)).toEqual(short.history.epochs);
  });

  test('class weights of 2 on all classes double the loss; an unequal pair moves the answers', async () => {
    const work = { ...hard(), parameters: { ...parameters, dropout: 0, epochs: 1, learningRate: 1e-9 } };
    const plain = (await trainHead(training(work))).history.epochs[0]!;
    const doubled = (await trainHead(training({ ...work, classWeights: [2, 2] }))).history.epochs[0]!;
    expect(doubled.loss).toBeCloseTo(2 * plain.loss, 5);
    expect(doubled.valLoss).toBeCloseTo(plain.valLoss, 6);
    const { data, dimension, variants } = work.validation;
    const calledFirst = async (classWeights: number[]) => {
      const { head } = await trainHead(training({ ...hard(), classWeights, parameters }));
      return variants.filter(([row]) => {
        const [a, b] = headProbabilities(head, data.subarray(row! * dimension, (row! + 1) * dimension));
        return a! > b!;
      }).length;
    };
    expect(await calledFirst([20, 1])).toBeGreaterThan((await calledFirst([1, 20])) + 10);
  });

  test('an epoch with class weights weighs as copies of the pictures do', async () => {
    // Full batches, no randomness: weight 2 on a class equals each of its pictures twice, up to the mean's length.
    const once: LabelledFeatures = {
      data: Float32Array.of(1, -0.5, 0.3),
      dimension: 1,
      variants: [[0], [1], [2]],
      classes: [0, 1, 1],
    };
    const twice = { ...once, variants: [...once.variants, [1], [2]], classes: [...once.classes, 1, 1] };
    const options = { batchSize: 100, epochs: 40, learningRate: 0.05 };
    const run = (train: LabelledFeatures, classWeights: number[]) =>
      trainHead(training({ train, validation: once, classWeights, parameters: options }));
    const weighted = await run(once, [1, 2]);
    const copied = await run(twice, [1, 1]);
    weighted.history.epochs.forEach((epoch, i) => {
      expect(epoch.loss * 3).toBeCloseTo(copied.history.epochs[i]!.loss * 5, 4);
      // Adam does not see the scale of a loss.
      expect(epoch.valLoss).toBeCloseTo(copied.history.epochs[i]!.valLoss, 4);
    });
  });
});

describe('augmentation', () => {
  /** One row a picture and copy, whose loss tells which it was: the logits are (row, 0). */
  function readable(pictures: number, copies: number) {
    const data = Float32Array.from({ length: pictures * (copies + 1) }, (_, row) => row / 8);
    const variants = Array.from({ length: pictures }, (_, i) =>
      Array.from({ length: copies + 1 }, (_, v) => i * (copies + 1) + v),
    );
    return { data, dimension: 1, variants, classes: variants.map(() => 1) };
  }
  async function copiesShown(
    pictures: number,
    copies: number,
    epochs: number,
    augment: number | 'each-epoch',
  ) {
    const train = readable(pictures, copies);
    const { history } = await trainHead(
      training({
        train,
        validation: train,
        random: scripted([[1, 0]], seededRandom(5)),
        parameters: { epochs, batchSize: 1, learningRate: 1e-9, augment },
      }),
    );
    // With one picture the epoch's loss is log(1 + e^x), x the row's number.
    return history.epochs.map(({ loss }) => Math.round(8 * Math.log(Math.exp(loss) - 1)));
  }

  test("'each-epoch' takes copy e in epoch e, and never the picture itself", async () => {
    expect(await copiesShown(1, 9, 9, 'each-epoch')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a number of copies: one of them or the picture itself, drawn anew each epoch, each as often', async () => {
    const shown = await copiesShown(1, 4, 1000, 4);
    const counts = [0, 1, 2, 3, 4].map((copy) => shown.filter((x) => x === copy).length);
    expect(counts.reduce((a, b) => a + b)).toBe(1000);
    // Five times 200 expected; four standard deviations of a binomial are 51.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(51);
    const repeats = shown.filter((copy, i) => copy === shown[i - 1]).length;
    expect(Math.abs(repeats - 200)).toBeLessThan(51);
  });

  test('no copies: the picture itself', async () => {
    expect(await copiesShown(1, 0, 3, 0)).toEqual([0, 0, 0]);
  });

  test('validation looks at the pictures themselves only', () => {
    const features = readable(3, 4);
    const head = {
      layers: [{ inputs: 1, units: 2, kernel: Float32Array.of(1, 0), bias: new Float32Array(2) }],
    };
    const losses = [0, 5, 10].map((row) => Math.log(1 + Math.exp(row / 8)));
    expect(scoreHead(head, features).loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 3, 6);
  });
});

describe('which head is returned', () => {
  /** Learns noise: the validation loss falls, then rises. */
  const overfitting = (
    parameters: Partial<HeadTraining['parameters']> = {},
    rest: Partial<HeadTraining> = {},
  ) => {
    const random = seededRandom(21);
    const train = cloud(random, 24, 30, 2, { spread: 3 });
    const validation = cloud(random, 60, 30, 2, { spread: 3 });
    return training({
      train,
      validation,
      ...rest,
      parameters: { hiddenUnits: 32, epochs: 60, learningRate: 0.01, ...parameters },
    });
  };
  const bestOf = (epochs: readonly { epoch: number; valLoss: number }[]) =>
    epochs.reduce((best, epoch) => (epoch.valLoss < best.valLoss ? epoch : best));

  test('that of the epoch with the lowest validation loss, not the last', async () => {
    const work = overfitting();
    const { head, history } = await trainHead(work);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(history.bestEpoch).toBe(bestOf(history.epochs).epoch);
    expect(history.bestEpoch).toBeLessThan(50);
    const { loss, accuracy } = scoreHead(head, work.validation);
    expect(loss).toBe(history.epochs[history.bestEpoch - 1]!.valLoss);
    expect(accuracy).toBe(history.epochs[history.bestEpoch - 1]!.valAccuracy);
  });

  test('patience ends the training so many epochs after the best one', async () => {
    const all = await trainHead(overfitting());
    const patient = await trainHead(overfitting({ patience: 3 }));
    expect(patient.history.epochs.length).toBeLessThan(60);
    expect(patient.history.epochs).toEqual(all.history.epochs.slice(0, patient.history.epochs.length));
    expect(patient.history.bestEpoch).toBe(bestOf(patient.history.epochs).epoch);
    expect(patient.history.epochs.length).toBe(patient.history.bestEpoch + 3);
  });

  test('an interrupt returns the best head until then, after the epoch under way', async () => {
    const interrupt = new AbortController();
    const work = overfitting(
      {},
      { signal: interrupt.signal, onProgress: ({ done }) => done === 5 && interrupt.abort() },
    );
    const { head, history } = await trainHead(work);
    expect(history.epochs).toHaveLength(5);
    expect(history.bestEpoch).toBe(bestOf(history.epochs).epoch);
    expect(scoreHead(head, work.validation).loss).toBe(bestOf(history.epochs).valLoss);
    const whole = await trainHead(overfitting());
    expect(history.epochs).toEqual(whole.history.epochs.slice(0, 5));
  });

  test('an interrupt from outside, by a timer, is heard between epochs', async () => {
    const interrupt = new AbortController();
    const timer = setTimeout(() => interrupt.abort(), 50);
    const { history } = await trainHead(overfitting({ epochs: 10_000 }, { signal: interrupt.signal }));
    clearTimeout(timer);
    expect(history.epochs.length).toBeGreaterThan(0);
    expect(history.epochs.length).toBeLessThan(10_000);
  });

  test('progress: each epoch once, with the validation loss', async () => {
    const seen: string[] = [];
    await trainHead(
      overfitting(
        { epochs: 3 },
        { onProgress: ({ done, total, note }) => seen.push(`${done}/${total} ${note}`) },
      ),
    );
    expect(seen).toHaveLength(3);
    expect(seen[2]).toMatch(/^3\/3 val_loss \d+\.\d{4}$/);
  });

  test('a training that runs away is refused, with what to change, not returned untrained', async () => {
    const rows = cloud(seededRandom(1), 16, 4, 2);
    const train = { ...rows, data: rows.data.map((x) => x * 1e30) };
    const work = training({ train, validation: train, parameters: { hiddenUnits: 8, learningRate: 1 } });
    const failure = trainHead(work);
    await expect(failure).rejects.toThrow(InputError);
    await expect(failure).rejects.toThrow(/learningRate/);
  });

  test('no validation pictures: refused', async () => {
    const empty = { data: new Float32Array(), dimension: 5, variants: [], classes: [] };
    await expect(trainHead(training({ validation: empty }))).rejects.toThrow(/validation/);
  });
});

test('the rate in the curves is the one that the next step would take', async () => {
  const { history } = await trainHead(
    training({ parameters: { decay: 0.1, learningRate: 0.01, batchSize: 8, epochs: 3 } }),
  );
  // 22 pictures in batches of 8 are three steps an epoch.
  expect(history.epochs.map(({ learningRate }) => learningRate)).toEqual(
    [3, 6, 9].map((t) => 0.01 / (1 + 0.1 * t)),
  );
});

test('the head returned is not touched by what comes after', async () => {
  const work = training({});
  const { head } = await trainHead(work);
  const row = work.validation.data.subarray(0, work.validation.dimension);
  const before = Array.from(headLogits(head, row));
  await trainHead(work);
  expect(Array.from(headLogits(head, row))).toEqual(before);
});

describe('a start from zeros', () => {
  const work = (seed: number, parameters: Partial<HeadTraining['parameters']> = {}) =>
    training({
      train: cloud(seededRandom(1), 24, 40, 3, { spread: 2 }),
      validation: cloud(seededRandom(2), 12, 40, 3, { spread: 2 }),
      classCount: 3,
      parameters: { batchSize: 24, epochs: 5, ...parameters },
      random: seededRandom(seed),
    });

  test('leaves nothing to chance in a head without hidden layer', async () => {
    const heads = [7, 8].map(async (seed) => (await trainHead({ ...work(seed), start: 'zeros' })).head);
    const [one, other] = await Promise.all(heads);
    one!.layers[0]!.kernel.forEach((value, k) => {
      expect(value).toBeCloseTo(other!.layers[0]!.kernel[k]!, 6);
    });
    const drawn = await Promise.all([7, 8].map(async (seed) => (await trainHead(work(seed))).head));
    const distance = drawn[0]!.layers[0]!.kernel.map((v, k) => Math.abs(v - drawn[1]!.layers[0]!.kernel[k]!));
    expect(Math.max(...distance)).toBeGreaterThan(0.05);
  });

  test('is not for a hidden layer, which could not leave it', async () => {
    const hidden = { hiddenUnits: 8 };
    const asked = await trainHead({ ...work(7, hidden), start: 'zeros' });
    expect(asked.head).toEqual((await trainHead(work(7, hidden))).head);
  });
});
