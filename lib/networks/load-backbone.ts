import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import { checkChoice, checkWhole, InputError } from '../core/check';
import { sha256 } from '../core/files';
import { assignWeights } from './assign-weights';
import type { Backbone } from './backbone';
import type { BackboneOptions } from './backbone-options';
import { checkCut, cutAt, cutPoints, lastBlockStart, layersUpTo } from './cut';
import { digestsOf } from './digest';
import { freeLayer } from './free-layer';
import { openKerasH5 } from './keras-h5';
import { buildModel, modelFile, readModelFolder, storedWeights } from './model-folder';
import { isBackboneName, isPretraining } from './names';
import { setStatistics } from './norm-statistics';
import { preprocessingModes } from './preprocessing-mode';
import { randomWeightsVersion, setRandomWeights } from './random-weights';
import { type Network, networkNamed } from './table';
import { findWeights } from './weights-file';

function describe(
  model: LayersModel,
  cut: string,
): Pick<Backbone, 'model' | 'cut' | 'fineTuneFrom' | 'featureShape'> {
  const [, height, width, channels] = model.outputs[0]!.shape as number[];
  return { model, cut, fineTuneFrom: lastBlockStart(model), featureShape: [height!, width!, channels!] };
}

/** SHA-256 of architecture, cut and the bytes of all files. */
async function hashWeights(architecture: string, cut: string, files: readonly string[]): Promise<string> {
  const digests = await Promise.all(files.map(digestsOf));
  return sha256([architecture, cut, ...digests.map((digest) => digest.sha256)].join('\n'));
}

/** Sets the weights of a file or folder; returns what their hash needs and the names of the file's unused layers. */
async function setStored(
  tf: TensorFlow,
  network: LayersModel,
  needed: ReadonlySet<string>,
  at: string,
  title: string,
): Promise<{ files: readonly string[]; unusedLayers: readonly string[] }> {
  const found = await stat(at).catch(() => undefined);
  if (!found)
    throw new InputError(
      `weights: there is no file or folder ${at}; or choose ${networkNamed(network.name).pretraining} or random`,
    );
  const model = await modelFile(at);
  if (!model && found.isDirectory()) throw new InputError(`weights: the folder ${at} has no model.json`);
  const folder = model ? await readModelFolder(model) : undefined;
  const stored = folder ? storedWeights(tf, folder) : await openKerasH5(tf, at);
  try {
    return { files: folder?.files ?? [at], unusedLayers: assignWeights(network, needed, stored, title) };
  } finally {
    stored.close();
  }
}

/** Where the weights are that were asked for; undefined for random ones and for a network without. */
async function weightsFile(row: Network, weights: string): Promise<string | undefined> {
  if (row.weights.kind === 'none') {
    if (weights === row.pretraining) return undefined;
    throw new InputError(`weights is "${weights}"; ${row.title} has no weights: leave weights out`);
  }
  if (weights === 'random') return undefined;
  if (weights === row.pretraining) return findWeights(row);
  if (isPretraining(weights))
    throw new InputError(
      `weights is "${weights}"; ${row.title} was not pretrained on it: choose ${row.pretraining}, random, or a file`,
    );
  return weights;
}

/** A backbone whose random weights are drawn later. */
export interface UndrawnBackbone {
  readonly backbone: Backbone;
  /** Gives the network its random weights, which of a large one takes a second; of other weights, nothing. */
  readonly draw: () => void;
}

const nothingToDraw = (): void => undefined;

async function loadKnown(tf: TensorFlow, row: Network, options: BackboneOptions): Promise<UndrawnBackbone> {
  const { weights = row.pretraining, seed = 0, preprocessing = row.preprocessing } = options;
  const file = await weightsFile(row, weights);
  const network = row.build(tf, row.inputSize);
  try {
    const cut = checkCut(network, options.cut ?? row.cut, row.title);
    const needed = layersUpTo(network, cut);
    const random = weights === 'random';
    const { files, unusedLayers } = file
      ? await setStored(tf, network, needed, file, row.title)
      : { files: [], unusedLayers: [] };
    const made = random
      ? ['random', randomWeightsVersion, row.name, cut, seed, preprocessing]
      : ['none', row.name, cut];
    return {
      backbone: {
        name: row.name,
        title: row.title,
        inputSize: row.inputSize,
        preprocessing: random ? preprocessing : row.preprocessing,
        weights,
        weightsHash: file ? await hashWeights(row.name, cut, files) : sha256(made.join('\n')),
        unusedLayers,
        ...describe(cutAt(tf, network, cut), cut),
      },
      draw: random ? () => setRandomWeights(tf, network, needed, seed, preprocessing) : nothingToDraw,
    };
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Side of a model's square RGB input. */
function inputSizeOf(model: LayersModel, folder: string): number {
  const shape = model.inputs[0]!.shape;
  const [, height, width, channels] = shape;
  if (model.inputs.length === 1 && shape.length === 4 && height && height === width && channels === 3)
    return height;
  throw new InputError(
    `${folder}: the model's input is [${shape.slice(1).join(', ')}]; a square picture of three channels and fixed size is needed`,
  );
}

async function loadFromDisk(tf: TensorFlow, file: string, options: BackboneOptions): Promise<Backbone> {
  const { name, cut, weights, preprocessing = 'tf' } = options;
  const folder = path.dirname(file);
  const { title = path.basename(folder) } = options;
  if (weights !== undefined)
    throw new InputError(`weights is "${weights}"; the layers-model in ${folder} comes with its own`);
  const parts = await readModelFolder(file);
  const model = await buildModel(tf, parts);
  try {
    const inputSize = inputSizeOf(model, folder);
    if (!cut)
      throw new InputError(
        `cut is missing: name the layer of the model in ${folder} whose output is the feature map, ` +
          `such as ${cutPoints(model).slice(-3).join(', ')}`,
      );
    checkCut(model, cut, folder);
    const weightsHash = await hashWeights('layers-model', cut, parts.files);
    return {
      name,
      title,
      inputSize,
      preprocessing,
      weights: folder,
      weightsHash,
      unusedLayers: [],
      ...describe(cutAt(tf, model, cut), cut),
    };
  } catch (error) {
    model.layers.forEach(freeLayer);
    throw error;
  }
}

/** The backbone with other statistics of its batch normalisation, and a hash that says so. */
async function withNorm(tf: TensorFlow, backbone: Backbone, norm: string): Promise<Backbone> {
  try {
    const bytes = await readFile(norm).catch((error: NodeJS.ErrnoException) => {
      throw new InputError(`norm: ${norm} cannot be read (${error.code}); train the model again`);
    });
    setStatistics(tf, backbone.model, bytes, norm);
    return { ...backbone, norm, weightsHash: sha256([backbone.weightsHash, sha256(bytes)].join('\n')) };
  } catch (error) {
    backbone.model.dispose();
    throw error;
  }
}

/**
 * As `loadBackbone`, but for random weights, which the caller has drawn when it needs them: whoever finds all features in
 * the cache never does.
 * @throws InputError as `loadBackbone`
 */
export async function loadUndrawn(options: BackboneOptions): Promise<UndrawnBackbone> {
  const { name, seed = 0, preprocessing, norm } = options;
  // Without a name it is told which there are.
  if (typeof name !== 'string') networkNamed(name);
  checkWhole('seed', seed, 0);
  if (preprocessing !== undefined) checkChoice('preprocessing', preprocessing, preprocessingModes);
  const file = isBackboneName(name) ? undefined : await modelFile(name);
  const tf = await tensorflow();
  const loaded = file
    ? { backbone: await loadFromDisk(tf, file, options), draw: nothingToDraw }
    : await loadKnown(tf, networkNamed(name), options);
  if (norm === undefined) return loaded;
  // Drawn later, they would take the place of the statistics.
  return { backbone: await withNorm(tf, drawn(loaded), norm), draw: nothingToDraw };
}

function drawn({ backbone, draw }: UndrawnBackbone): Backbone {
  try {
    draw();
    return backbone;
  } catch (error) {
    backbone.model.dispose();
    throw error;
  }
}

/**
 * A network with its weights, cut where features are taken. Its owner frees it with `model.dispose()`.
 * @throws InputError for an unknown name or layer (with the nearest ones), or weights that are absent (with what to do),
 * damaged, or another network's (with the layer and both shapes)
 */
export const loadBackbone = async (options: BackboneOptions): Promise<Backbone> =>
  drawn(await loadUndrawn(options));
