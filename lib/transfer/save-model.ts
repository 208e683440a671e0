import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import { commit, sha256, temporaryName, writeFileAtomic, writeJson } from '../core/files';
import type { AuditSummary } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
import type { Backbone } from '../networks/backbone';
import type { FrozenBase } from '../networks/frozen-base';
import { layersModelFiles } from '../networks/layers-model-files';
import { loadBackbone } from '../networks/load-backbone';
import { featureRowShape } from './feature-settings';
import { formatVersion } from './format-version';
import type { Manifest } from './manifest';
import { cardMark, modelCard } from './model-card';
import { poolingFor } from './pooling';
import type { TrainedParts } from './trained-parts';

/** The head as tf.layers on top of `input`; layers are named head_1, head_2. */
function appendHead(
  tf: TensorFlow,
  { head, parameters }: TrainedParts,
  input: SymbolicTensor,
): SymbolicTensor {
  return head.layers.reduce((x, { units }, i) => {
    const last = i === head.layers.length - 1;
    const dropped =
      last && head.layers.length > 1
        ? (tf.layers.dropout({ rate: parameters.dropout, name: 'head_dropout' }).apply(x) as SymbolicTensor)
        : x;
    const dense = tf.layers.dense({ units, activation: last ? 'softmax' : 'relu', name: `head_${i + 1}` });
    return dense.apply(dropped) as SymbolicTensor;
  }, input);
}

function headModel(tf: TensorFlow, parts: TrainedParts, base: FrozenBase): LayersModel {
  const shape = featureRowShape(base, parts.parameters.pooling);
  const input = tf.input({ shape: [shape[0] * shape[1] * shape[2]], name: 'features' });
  return tf.model({ inputs: input, outputs: appendHead(tf, parts, input), name: 'head' });
}

/** Base, pooling, head. */
function wholeModel(tf: TensorFlow, parts: TrainedParts, backbone: Backbone): LayersModel {
  const { window, stride } = poolingFor(parts.parameters.pooling, backbone.featureShape);
  const pooling = tf.layers.averagePooling2d({
    poolSize: window as [number, number],
    strides: stride as [number, number],
    name: 'head_pooling',
  });
  const pooled = pooling.apply(backbone.model.outputs[0]!) as SymbolicTensor;
  const flat = tf.layers.flatten({ name: 'head_flatten' }).apply(pooled) as SymbolicTensor;
  return tf.model({ inputs: backbone.model.inputs[0]!, outputs: appendHead(tf, parts, flat) });
}

/** Of the head alone, or, where the base was trained too, of the whole network. */
async function filesOf(parts: TrainedParts, base: FrozenBase) {
  const tf = await tensorflow();
  const backbone = parts.backbone.fineTuned ? await loadBackbone(base.options) : undefined;
  const model = backbone ? wholeModel(tf, parts, backbone) : headModel(tf, parts, base);
  const own = parts.head.layers.map((_, i) => model.getLayer(`head_${i + 1}`));
  try {
    tf.tidy(() => {
      parts.head.layers.forEach(({ kernel, bias, inputs, units }, i) => {
        own[i]!.setWeights([tf.tensor2d(kernel, [inputs, units]), tf.tensor1d(bias)]);
      });
    });
    return await layersModelFiles(model);
  } finally {
    for (const layer of own) layer.dispose();
    backbone?.model.dispose();
  }
}

const card = 'README.md';
const filesOfModel = ['manifest.json', 'model.json', 'norm.bin', 'run.json', 'weights.bin', card];

const isOwnCard = (file: string): Promise<boolean> =>
  readFile(file, 'utf8').then(
    (text) => text.includes(cardMark),
    () => false,
  );

/**
 * Checks that a model may be written to `folder`: it is not there yet, is empty, or holds a model and nothing else.
 * @throws InputError naming what is in the way
 */
export async function checkModelFolder(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`${folder} is no folder that a model could be written to (${error.code})`);
  });
  const foreignCard = found.includes(card) && !(await isOwnCard(path.join(folder, card)));
  const other =
    found.find((name) => !filesOfModel.includes(name) && !name.startsWith('.')) ??
    (foreignCard ? card : undefined);
  if (other)
    throw new InputError(
      `${folder} holds ${other}, which is no part of a model and would be lost; name another folder`,
    );
}

/** Of an audit what a run record keeps. */
const summaryOf = ({ verdict, expectation, tests }: AuditSummary): AuditSummary => ({
  verdict,
  expectation,
  tests: tests.map(({ title, verdict: own, words }) => ({ title, verdict: own, words })),
});

/**
 * Writes a model folder: model.json and weights.bin (a tfjs layers-model: the head with its backbone named in the
 * manifest, or the whole network after fine-tuning), norm.bin where the base's batch norm was refitted, manifest.json,
 * run.json for comparisons, and a model card for people (README.md). The folder appears whole or not at all and replaces
 * a former one.
 * @throws InputError if the folder holds anything but a model
 */
export async function saveModel(
  parts: TrainedParts,
  base: FrozenBase,
  folder: string,
  figures?: Evaluation,
  audit?: AuditSummary,
): Promise<void> {
  await checkModelFolder(folder);
  const { topology, weights } = await filesOf(parts, base);
  // After fine-tuning they are among the weights of the whole network.
  const norm = base.norm && !parts.backbone.fineTuned ? await readFile(base.norm) : undefined;
  const { head: _, history, seconds, ...description } = parts;
  const manifest: Manifest = {
    formatVersion,
    ...description,
    inputSize: base.inputSize,
    files: {
      'model.json': { bytes: Buffer.byteLength(topology), sha256: sha256(topology) },
      'weights.bin': { bytes: weights.length, sha256: sha256(weights) },
      ...(norm && { 'norm.bin': { bytes: norm.length, sha256: sha256(norm) } }),
    },
    versions: { node: process.version, tfjs: (await tensorflow()).version_core },
    evaluation: figures ?? null,
    notice: 'For education only, never for diagnosis.',
  };
  const temporary = temporaryName(path.resolve(folder));
  try {
    await mkdir(temporary, { recursive: true });
    await writeFileAtomic(path.join(temporary, 'model.json'), topology);
    await writeFileAtomic(path.join(temporary, 'weights.bin'), weights);
    if (norm) await writeFileAtomic(path.join(temporary, 'norm.bin'), norm);
    await writeJson(path.join(temporary, 'run.json'), {
      date: new Date().toISOString(),
      ...description,
      history,
      seconds,
      evaluation: figures ?? null,
      audit: audit ? summaryOf(audit) : null,
    });
    await writeFileAtomic(path.join(temporary, card), modelCard(parts, figures ?? null, audit ?? null));
    await writeJson(path.join(temporary, 'manifest.json'), manifest);
    await commit(temporary, path.resolve(folder));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}
