import path from 'node:path';
import { InputError } from '../core/check';
import { exists, hashFile } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { createDemoDataset } from '../dataset/create-demo-dataset';
import { loadDataset } from '../dataset/load-dataset';
import { splitDataset } from '../dataset/split-dataset';
import { evaluate } from '../transfer/evaluate';
import { exportModel } from '../transfer/export-model';
import { descriptionFile } from '../transfer/export-names';
import type { TransferModel } from '../transfer/model';
import { readFigures } from '../transfer/read-figures';
import { transferLearn } from '../transfer/transfer-learn';

/** Phantoms a class: as many as take seconds, and give intervals that say how few they are. */
const phantoms = 40;

/**
 * A model for whoever has none: `fractal` on synthetic phantoms, exported; trained in seconds, kept in the cache.
 * @returns folder of the exported model
 */
export async function phantomModel(cache: string, work: WorkOptions): Promise<string> {
  const folder = path.join(cache, 'phantom-model');
  if (await exists(folder)) return folder;
  const dataset = path.join(cache, 'phantoms');
  await createDemoDataset(dataset, { count: phantoms, ...work });
  const split = splitDataset(await loadDataset(dataset), {
    test: 0.3,
    validation: 0.2,
    grouping: 'patient',
    seed: 42,
  });
  const model = await transferLearn(split, { backbone: 'fractal', preset: 'sound', ...work });
  const evaluation = await evaluate(model, split.test, work);
  // What was cut short is no model to be shown, and would be kept.
  work.signal?.throwIfAborted();
  await exportModel(model, folder, { evaluation, audit: null });
  return folder;
}

/**
 * The exported form of what was named: a folder that `export` wrote as it is, a model folder exported into the cache.
 * @param open loads a model folder
 * @throws InputError if the folder is neither
 */
export async function exportedModel(
  folder: string,
  cache: string,
  open: (folder: string) => Promise<TransferModel>,
): Promise<string> {
  if (await exists(path.join(folder, descriptionFile))) return folder;
  const manifest = path.join(folder, 'manifest.json');
  if (!(await exists(manifest)))
    throw new InputError(
      `${folder} is neither a model folder (manifest.json) nor an exported model (${descriptionFile}); ` +
        '`xray-transfer train` writes the one, `xray-transfer export` the other',
    );
  const run = await hashFile(path.join(folder, 'run.json')).catch(() => '');
  const to = path.join(cache, `model-${(await hashFile(manifest)).slice(0, 8)}${run.slice(0, 8)}`);
  if (!(await exists(to))) await exportModel(await open(folder), to, await readFigures(folder));
  return to;
}
