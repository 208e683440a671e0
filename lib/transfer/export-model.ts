import path from 'node:path';
import { tensorflow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import { educationOnly } from '../core/education-only';
import { entriesOf, sha256, writeFileAtomic, writeFolderAtomic, writeJson } from '../core/files';
import type { AuditSummary } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
import type { FrozenBase } from '../networks/frozen-base';
import { weightsName } from '../networks/weights-words';
import type { ExportDescription } from './export-description';
import { descriptionFile, exportVersion, isExportedFile } from './export-names';
import type { TransferModel } from './model';
import { modelCautions, modelLimits } from './model-limits';
import { wholeNetworkFiles } from './network-files';

/** Bytes of a shard: what browsers and caches take well, as in tfjs-converter. */
const shardBytes = 4 * 1024 * 1024;

/** What is known of a model besides itself; null where it was not measured. */
export interface ExportFigures {
  readonly evaluation: Evaluation | null;
  readonly audit: AuditSummary | null;
}

/**
 * Checks that a model may be exported to `folder`: it is not there yet, is empty, or holds an export and nothing else.
 * @throws InputError naming what is in the way
 */
export async function checkExportFolder(folder: string): Promise<void> {
  const found = await entriesOf(folder);
  const other =
    found.find((name) => !isExportedFile(name) && !name.startsWith('.')) ??
    (found.includes(descriptionFile) ? undefined : found.find((name) => !name.startsWith('.')));
  if (other)
    throw new InputError(
      `${folder} holds ${other}, which is no part of an exported model and would be lost; name another folder`,
    );
}

function shardsOf(weights: Buffer): Map<string, Buffer> {
  const count = Math.ceil(weights.length / shardBytes);
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `group1-shard${i + 1}of${count}.bin`,
      weights.subarray(i * shardBytes, (i + 1) * shardBytes),
    ]),
  );
}

/** The network's files by name. */
async function filesOf(model: TransferModel, base: FrozenBase): Promise<Map<string, string | Buffer>> {
  const { topology, weights } = await wholeNetworkFiles(model, base);
  const shards = shardsOf(weights);
  const { weightsManifest, ...others } = JSON.parse(topology);
  const json = JSON.stringify({
    ...others,
    weightsManifest: [{ paths: [...shards.keys()], weights: weightsManifest[0].weights }],
  });
  return new Map<string, string | Buffer>([['model.json', json], ...shards]);
}

async function describe(
  model: TransferModel,
  base: FrozenBase,
  { evaluation, audit }: ExportFigures,
  files: ReadonlyMap<string, string | Buffer>,
): Promise<ExportDescription> {
  const { classes, backbone, parameters, seen } = model;
  const { name, title, cut, weights, weightsHash, fineTuned } = backbone;
  return {
    exportVersion,
    title: `${title}: ${classes.join(' / ')}`,
    classes,
    // A path would say where the weights lay, which is nobody's concern.
    backbone: { name: weightsName(name), title, cut, weights: weightsName(weights), weightsHash, fineTuned },
    inputSize: base.inputSize,
    preprocessing: parameters.preprocessing === 'own' ? base.preprocessing : parameters.preprocessing,
    resize: parameters.resize,
    pooling: parameters.pooling,
    featureShape: base.featureShape,
    calibrated: parameters.calibrate,
    preset: model.preset,
    seed: model.seed,
    synthetic: model.synthetic,
    randomWeights: backbone.weights === 'random',
    pictures: { train: seen.train.length, validation: seen.validation.length, test: seen.test.length },
    ...(seen.grouping && { grouping: seen.grouping }),
    evaluation,
    expectation: audit?.expectation ?? null,
    cautions: modelCautions(model),
    limits: modelLimits(model),
    notice: educationOnly,
    files: Object.fromEntries(
      [...files].map(([file, content]) => [
        file,
        { bytes: Buffer.byteLength(content), sha256: sha256(content) },
      ]),
    ),
    versions: { tfjs: (await tensorflow()).version_core },
  };
}

/**
 * Writes a model as one tfjs layers-model of the whole network, for browsers and other programs: model.json and shards of
 * 4 MB, from preprocessed pictures [n, size, size, 3] to probabilities, and xray-transfer.json, which says how pictures
 * are made ready, what it was trained on, its figures with intervals, its limits, and the SHA-256 of every file. The
 * folder appears whole or not at all and replaces a former export.
 * @returns what xray-transfer.json says
 * @throws InputError if the folder holds anything but an export
 */
export async function exportModel(
  model: TransferModel,
  folder: string,
  figures: ExportFigures,
): Promise<ExportDescription> {
  await checkExportFolder(folder);
  return model.withBackbone(async (base) => {
    const files = await filesOf(model, base);
    const description = await describe(model, base, figures, files);
    await writeFolderAtomic(folder, async (temporary) => {
      for (const [name, content] of files) await writeFileAtomic(path.join(temporary, name), content);
      await writeJson(path.join(temporary, descriptionFile), description);
    });
    return description;
  });
}
