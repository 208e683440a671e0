import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { tensorflow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import { educationOnly } from '../core/education-only';
import { entriesOf, sha256, writeFileAtomic, writeFolderAtomic, writeJson } from '../core/files';
import { type AuditFound, type AuditSummary, otherPictures } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
import type { FrozenBase } from '../networks/frozen-base';
import { earlierRunsFile, earlierRunsOf } from './earlier-runs';
import { formatVersion } from './format-version';
import type { Manifest } from './manifest';
import { cardMark, modelCard } from './model-card';
import { headFiles, wholeNetworkFiles } from './network-files';
import type { TrainedParts } from './trained-parts';

const card = 'README.md';
const filesOfModel = [
  earlierRunsFile,
  'manifest.json',
  'model.json',
  'norm.bin',
  'run.json',
  'weights.bin',
  card,
];

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
  const found = await entriesOf(folder);
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
  tests: tests.map(({ title, measure, figure, verdict: own, rule, words }) => ({
    title,
    measure,
    figure,
    verdict: own,
    rule,
    words,
  })),
});

/**
 * Writes a model folder: model.json and weights.bin (a tfjs layers-model: the head with its backbone named in the
 * manifest, or the whole network after fine-tuning), norm.bin where the base's batch norm was refitted, manifest.json,
 * run.json for comparisons, and a model card for people (README.md). The folder appears whole or not at all and replaces
 * a former one, of which the run record is kept (earlier-runs.json) unless it was made in the same way.
 * @throws InputError if the folder holds anything but a model
 */
export async function saveModel(
  parts: TrainedParts,
  base: FrozenBase,
  folder: string,
  figures?: Evaluation,
  audit?: AuditFound,
): Promise<void> {
  await checkModelFolder(folder);
  // The head alone, or, where the base was trained too, the whole network.
  const { topology, weights } = await (parts.backbone.fineTuned ? wholeNetworkFiles : headFiles)(parts, base);
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
    notice: educationOnly,
  };
  await writeFolderAtomic(folder, async (temporary) => {
    await writeFileAtomic(path.join(temporary, 'model.json'), topology);
    await writeFileAtomic(path.join(temporary, 'weights.bin'), weights);
    if (norm) await writeFileAtomic(path.join(temporary, 'norm.bin'), norm);
    const run = {
      date: new Date().toISOString(),
      ...description,
      history,
      seconds,
      evaluation: figures ?? null,
      audit: audit && audit !== otherPictures ? summaryOf(audit) : null,
    };
    await writeJson(path.join(temporary, 'run.json'), run);
    const earlier = await earlierRunsOf(folder, run);
    if (earlier.length) await writeJson(path.join(temporary, earlierRunsFile), earlier);
    await writeFileAtomic(path.join(temporary, card), modelCard(parts, figures ?? null, audit ?? null));
    await writeJson(path.join(temporary, 'manifest.json'), manifest);
  });
}
