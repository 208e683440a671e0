import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { type TensorFlow, trainableTensorFlow } from '../compute/tensorflow';
import { checkNumber, checkWhole, InputError } from '../core/check';
import { sha256, writeFileAtomic, writeFolderAtomic } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { touch } from '../core/touch';
import type { Split, Xray } from '../dataset/xray';
import { fitTemperature } from '../evaluation/temperature';
import type { Backbone } from '../networks/backbone';
import type { BackboneOptions } from '../networks/backbone-options';
import { inferenceEngine } from '../networks/inference/engine';
import { layersModelFiles } from '../networks/layers-model-files';
import { loadBackbone } from '../networks/load-backbone';
import { backboneReference } from './backbone-reference';
import { checkLabels } from './check-labels';
import type { FeatureSettings } from './feature-settings';
import { extractFeatures, type Features } from './features';
import { type Halves, halve } from './halve';
import { type Head, withTemperature } from './head';
import { keptBasesFolder } from './kept-bases';
import { createModel, type TransferModel } from './model';
import { withBackbone } from './open-backbone';
import { asPictures } from './picture-variants';
import { tailAndHead } from './tail-and-head';
import { transferLearn } from './transfer-learn';
import { tuneEpochs } from './tune-epochs';
import { withValidation } from './with-validation';

export interface FineTuneOptions extends WorkOptions {
  /** Epochs, 1 to 1,000. Default 10. */
  readonly epochs?: number;
  /** Adam's rate; low, so that what was learnt on ImageNet is not washed away. (0, 1], default 1e-5. */
  readonly learningRate?: number;
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

/** A base in two halves, and how it is loaded again. */
interface Halved extends Pick<Halves, 'frozen' | 'boundary'> {
  readonly backbone: Backbone;
  readonly options: BackboneOptions;
}

/** What the frozen half of a base gives for pictures: computed once, and cached. */
async function frozenFeatures(
  tf: TensorFlow,
  { backbone, options, frozen, boundary }: Halved,
  xrays: readonly Xray[],
  settings: FeatureSettings,
  work: WorkOptions,
): Promise<Features> {
  const [, height, width, channels] = frozen.outputs[0]!.shape as number[];
  const featureShape = [height!, width!, channels!] as const;
  const engine = inferenceEngine(tf, frozen);
  try {
    const base = { ...backbone, ...engine, options, cut: boundary, featureShape };
    return await extractFeatures(asPictures(xrays), base, { ...settings, pooling: 'none' }, work);
  } finally {
    engine.dispose();
  }
}

/** The model on its new base, which is kept in the cache until it is saved. */
async function onTunedBase(
  model: TransferModel,
  base: LayersModel,
  head: Head,
  run: Pick<TransferModel, 'history' | 'interrupted'> & { readonly start: number; readonly features: number },
): Promise<TransferModel> {
  const { cut, preprocessing } = model.backbone;
  const title = `${model.backbone.title}, fine-tuned`;
  const folder = await keepBase(base);
  const { start, features, history, interrupted } = run;
  const total = (performance.now() - start) / 1000;
  return createModel(
    {
      ...model,
      parameters: { ...model.parameters, refit: false },
      backbone: { ...model.backbone, title, fineTuned: true },
      history,
      seconds: { features, head: total - features, total },
      interrupted,
      head,
    },
    async (work) => {
      await touch(path.join(folder, 'model.json'));
      return withBackbone({ name: folder, title, cut, preprocessing }, work);
    },
  );
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
 * @throws the signal's reason when interrupted while features are computed; interrupted later, it returns the best weights
 * so far, marked `interrupted`
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
  const parts = withValidation(split, model.preset);
  const xrays = [...parts.train, ...parts.validation];
  checkLabels(xrays, model.classes);
  const norm = await model.withBackbone(async (base) => base.norm);
  const reference = { ...backboneReference(model.backbone), ...(norm && { norm }) };
  const backbone = await loadBackbone(reference);
  const owned: { dispose(): unknown }[] = [backbone.model];
  try {
    const { title, featureShape, fineTuneFrom } = backbone;
    if (!backbone.model.weights.length)
      throw new InputError(`${title} has no weights that could be fine-tuned`);
    const { frozen, tail, boundary } = halve(tf, backbone.model, fineTuneFrom);
    owned.push(tail);
    const { parameters } = model;
    const work = { onProgress, signal };
    const halved = { backbone, options: reference, frozen, boundary };
    const features = await frozenFeatures(tf, halved, xrays, parameters, work);
    const { head } = parameters.refit ? await beforeRefit(model, split, work) : model;
    signal?.throwIfAborted();
    const featureSeconds = (performance.now() - start) / 1000;
    const truth = xrays.map(({ label }) => model.classes.indexOf(label));
    const network = tailAndHead(tf, { tail, featureShape, head, features, truth, parameters, learningRate });
    owned.push(network);
    const rows = xrays.map((_, i) => i);
    const validation = rows.slice(parts.train.length);
    const history = await tuneEpochs(network, {
      epochs,
      learningRate,
      batchSize: parameters.batchSize,
      train: rows.slice(0, parts.train.length),
      validation,
      random: seededRandom(`${model.seed}/fine-tuning`),
      stage: `fine-tuning ${title}`,
      ...work,
    });
    const temperature = parameters.calibrate
      ? fitTemperature(await network.logits(validation), truth.slice(parts.train.length))
      : 1;
    return await onTunedBase(model, backbone.model, withTemperature(network.head(), temperature), {
      start,
      features: featureSeconds,
      history,
      interrupted: signal?.aborted ?? false,
    });
  } finally {
    for (const thing of owned) thing.dispose();
  }
}
