import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LayersModel, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
import { type TensorFlow, trainableTensorFlow } from '../compute/tensorflow';
import { checkNumber, checkWhole, InputError } from '../core/check';
import { sha256, writeFileAtomic, writeFolderAtomic } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { touch } from '../core/touch';
import type { Split, Xray } from '../dataset/xray';
import { argmax } from '../evaluation/probabilities';
import { fitTemperature } from '../evaluation/temperature';
import type { Backbone } from '../networks/backbone';
import { inferenceEngine } from '../networks/inference/engine';
import { layersModelFiles } from '../networks/layers-model-files';
import { loadBackbone } from '../networks/load-backbone';
import { backboneReference } from './backbone-reference';
import { checkLabels } from './check-labels';
import { extractFeatures, type Features } from './features';
import { halve } from './halve';
import { type Dense, type Head, withTemperature } from './head';
import type { Epoch } from './history';
import { keptBasesFolder } from './kept-bases';
import { createModel, type TransferModel } from './model';
import { withBackbone } from './open-backbone';
import { asPictures } from './picture-variants';
import { poolingFor } from './pooling';
import { transferLearn } from './transfer-learn';
import { withValidation } from './with-validation';

export interface FineTuneOptions extends WorkOptions {
  /** Epochs, 1 to 1,000. Default 10. */
  readonly epochs?: number;
  /** Adam's rate; low, so that what was learnt on ImageNet is not washed away. (0, 1], default 1e-5. */
  readonly learningRate?: number;
}

interface HeadVariables {
  readonly kernel: Variable;
  readonly bias: Variable;
}

/** Logits of the last block and the head; batch norm keeps its statistics, as Chollet advises for fine-tuning. */
function logitsOf(
  tf: TensorFlow,
  model: TransferModel,
  backbone: Backbone,
  tail: LayersModel,
  head: readonly HeadVariables[],
  input: Tensor4D,
  dropoutSeed?: number,
): Tensor2D {
  const { window, stride } = poolingFor(model.parameters.pooling, backbone.featureShape);
  const map = tail.apply(input, { training: false }) as Tensor4D;
  const pooled = tf.avgPool(map, window as [number, number], stride as [number, number], 'valid');
  let x: Tensor2D = pooled.reshape([input.shape[0], -1]);
  head.forEach(({ kernel, bias }, i) => {
    const last = i === head.length - 1;
    if (last && i > 0 && dropoutSeed !== undefined && model.parameters.dropout > 0)
      x = tf.dropout(x, model.parameters.dropout, undefined, dropoutSeed) as Tensor2D;
    x = tf.add(tf.matMul(x, kernel as unknown as Tensor2D), bias);
    if (!last) x = tf.relu(x);
  });
  return x;
}

function batchOf(tf: TensorFlow, { data, dimension, shape }: Features, rows: readonly number[]): Tensor4D {
  const values = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    values.set(data.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return tf.tensor4d(values, [rows.length, ...shape]);
}

async function keepBase(base: LayersModel): Promise<string> {
  const { topology, weights } = await layersModelFiles(base);
  const folder = path.join(keptBasesFolder('fine-tuned'), sha256(weights).slice(0, 32));
  await writeFolderAtomic(folder, async (temporary) => {
    await writeFileAtomic(path.join(temporary, 'model.json'), topology);
    await writeFileAtomic(path.join(temporary, 'weights.bin'), weights);
  });
  return folder;
}

/**
 * The model as it was before its head was trained on the validation part too (`refit`): that part is to tell the best
 * epoch and the temperature here, and must be new to the model. The head is trained again, on features from the cache.
 */
function beforeRefit(model: TransferModel, split: Split, work: WorkOptions): Promise<TransferModel> {
  const { name: backbone, cut, weights } = backboneReference(model.backbone);
  const { preset, seed, parameters } = model;
  return transferLearn(split, { ...parameters, refit: false, backbone, cut, weights, preset, seed, ...work });
}

/**
 * Fine-tuning after the head (Chollet, Deep Learning with Python, "fine-tuning"): the last block of the base and the
 * head are trained together at a low rate; what comes before the block stays frozen, and its output is computed once
 * and cached. The epoch with the lowest validation loss is kept; if none is better than the start, the start is. A head
 * that was trained on the validation part too (`refit`) is first replaced by the one before.
 * @param model a model whose base is still frozen
 * @param split the split it was trained on
 * @throws InputError naming the parameter that is wrong, a patient on two sides of the split, or if the model was
 * fine-tuned before
 */
export async function fineTune(
  model: TransferModel,
  split: Split,
  options: FineTuneOptions = {},
): Promise<TransferModel> {
  const start = performance.now();
  const { epochs = 10, learningRate = 1e-5, onProgress, signal } = options;
  checkWhole('epochs', epochs, 1, 1000);
  checkNumber('learningRate', learningRate, Number.MIN_VALUE, 1);
  if (model.backbone.fineTuned)
    throw new InputError('The model was fine-tuned before; start from one with a frozen base');
  const tf = await trainableTensorFlow('Fine-tuning');
  const { train, validation } = withValidation(split, model.preset);
  checkLabels([...train, ...validation], model.classes);
  const norm = await model.withBackbone(async (base) => base.norm);
  const reference = { ...backboneReference(model.backbone), ...(norm && { norm }) };
  const backbone = await loadBackbone(reference);
  const owned: { dispose(): unknown }[] = [backbone.model];
  try {
    if (!backbone.model.weights.length)
      throw new InputError(`${backbone.title} has no weights that could be fine-tuned`);
    const { frozen, tail, boundary } = halve(tf, backbone.model, backbone.fineTuneFrom);
    owned.push(tail);
    const [, height, width, channels] = frozen.outputs[0]!.shape as number[];
    const engine = inferenceEngine(tf, frozen);
    owned.push(engine);
    const features = await extractFeatures(
      asPictures([...train, ...validation]),
      {
        ...backbone,
        ...engine,
        options: reference,
        cut: boundary,
        featureShape: [height!, width!, channels!],
      },
      { ...model.parameters, pooling: 'none' },
      { onProgress, signal },
    );
    const started = model.parameters.refit ? await beforeRefit(model, split, { onProgress, signal }) : model;
    signal?.throwIfAborted();
    const featureSeconds = (performance.now() - start) / 1000;
    const head: HeadVariables[] = tf.tidy(() =>
      started.head.layers.map(({ kernel, bias, inputs, units }) => ({
        kernel: tf.variable(tf.tensor2d(kernel, [inputs, units])),
        bias: tf.variable(tf.tensor1d(bias)),
      })),
    );
    // `val` is the tf.Variable under a layer's weight.
    const blockVariables = tail.trainableWeights.map(
      (weight) => (weight as unknown as { val: Variable }).val,
    );
    const variables = [...blockVariables, ...head.flatMap(({ kernel, bias }) => [kernel, bias])];
    const optimizer = tf.train.adam(learningRate);
    owned.push(optimizer, ...head.flatMap(({ kernel, bias }) => [kernel, bias]));
    const classOf = (xray: Xray) => model.classes.indexOf(xray.label);
    const trainClasses = train.map(classOf);
    const validationClasses = validation.map(classOf);
    const crossEntropy = (logits: Tensor2D, classes: readonly number[]) =>
      tf.losses.softmaxCrossEntropy(
        tf.oneHot(tf.tensor1d([...classes], 'int32'), model.classes.length),
        logits,
      );

    const validationLogits = async (): Promise<number[][]> => {
      const logits: number[][] = [];
      const size = model.parameters.batchSize;
      for (let i = 0; i < validation.length; i += size) {
        const rows = validation.slice(i, i + size).map((_, j) => train.length + i + j);
        const part = tf.tidy(() => logitsOf(tf, model, backbone, tail, head, batchOf(tf, features, rows)));
        logits.push(...(await part.array()));
        part.dispose();
      }
      return logits;
    };
    const score = async () => {
      const logits = await validationLogits();
      const right = logits.filter((row, i) => argmax(row) === validationClasses[i]).length;
      const loss = tf.tidy(() => crossEntropy(tf.tensor2d(logits), validationClasses).dataSync()[0]!);
      return { valLoss: loss, valAccuracy: right / logits.length };
    };
    const snapshot = () => variables.map((variable) => tf.keep(variable.clone()));

    const random = seededRandom(`${model.seed}/fine-tuning`);
    const history: Epoch[] = [];
    let best = { weights: snapshot(), loss: Number.POSITIVE_INFINITY, epoch: 0 };
    owned.push({ dispose: () => tf.dispose(best.weights) });
    best.loss = (await score()).valLoss;
    for (let epoch = 1; epoch <= epochs && !signal?.aborted; epoch++) {
      const order = random.fork(`order ${epoch}`).shuffle(train.map((_, i) => i));
      let loss = 0;
      let right = 0;
      for (let i = 0; i < order.length && !signal?.aborted; i += model.parameters.batchSize) {
        const rows = order.slice(i, i + model.parameters.batchSize);
        const classes = rows.map((row) => trainClasses[row]!);
        const [cost, hits] = tf.tidy(() => {
          let predicted: Tensor2D | undefined;
          const value = optimizer.minimize(
            () => {
              const seedOfStep = epoch * 100_003 + i;
              const logits = logitsOf(
                tf,
                model,
                backbone,
                tail,
                head,
                batchOf(tf, features, rows),
                seedOfStep,
              );
              predicted = tf.keep(logits.clone());
              return crossEntropy(logits, classes).asScalar();
            },
            true,
            variables,
          )!;
          const labels = predicted!.argMax(1).dataSync();
          predicted!.dispose();
          return [value.dataSync()[0]!, classes.filter((c, j) => c === labels[j]).length] as const;
        });
        loss += cost * rows.length;
        right += hits;
        await nextTurn();
      }
      if (signal?.aborted) break;
      const validated = await score();
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
        tf.dispose(best.weights);
        best = { weights: snapshot(), loss: validated.valLoss, epoch };
      }
      const note = `val_loss ${validated.valLoss.toFixed(4)}`;
      onProgress?.({ stage: `fine-tuning ${backbone.title}`, done: epoch, total: epochs, note, figures });
    }
    variables.forEach((variable, i) => {
      variable.assign(best.weights[i]!);
    });
    const layersOfHead: Dense[] = head.map(({ kernel, bias }, i) => ({
      ...model.head.layers[i]!,
      kernel: kernel.dataSync<'float32'>().slice(),
      bias: bias.dataSync<'float32'>().slice(),
    }));
    const tuned: Head = { layers: layersOfHead };
    const calibrated = model.parameters.calibrate
      ? withTemperature(tuned, fitTemperature(await validationLogits(), validationClasses))
      : tuned;
    const { cut, preprocessing } = model.backbone;
    const title = `${model.backbone.title}, fine-tuned`;
    const folder = await keepBase(backbone.model);
    const total = (performance.now() - start) / 1000;
    return createModel(
      {
        ...model,
        parameters: { ...model.parameters, refit: false },
        backbone: { ...model.backbone, title, fineTuned: true },
        history: { epochs: history, bestEpoch: best.epoch },
        seconds: { features: featureSeconds, head: total - featureSeconds, total },
        interrupted: signal?.aborted ?? false,
        head: calibrated,
      },
      async (work) => {
        await touch(path.join(folder, 'model.json'));
        return withBackbone({ name: folder, title, cut, preprocessing }, work);
      },
    );
  } finally {
    for (const thing of owned) thing.dispose();
  }
}
