import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { library, root } from './library.mjs';

/** What figures follow from, besides pictures and weights: this code. */
const sources = [
  ...['audit', 'compute', 'core', 'dataset', 'evaluation', 'networks', 'transfer'].map((name) =>
    path.join(root, 'dist', name),
  ),
  import.meta.dirname,
];

/** SHA-256 over the files that figures follow from. */
export const codeHash = () => library('core/code-hash').codeHash(sources);

/**
 * A memory on disk for figures that take long: `keep(name, compute)` gives what is kept under that name, else computes
 * and keeps it, so that an interrupted run goes on where it was. What was kept for another `key` does not count.
 * @param key all that the figures follow from
 */
export function keeper(folder, key) {
  const { writeJson } = library('core/files');
  return async (name, compute) => {
    const file = path.join(folder, `${createHash('sha256').update(`${key}\n${name}`).digest('hex')}.json`);
    // What is not there or was cut off is computed.
    const kept = await readFile(file, 'utf8')
      .then(JSON.parse)
      .catch(() => undefined);
    if (kept?.name === name) return kept.value;
    const value = await compute();
    await mkdir(folder, { recursive: true });
    await writeJson(file, { name, value });
    return value;
  };
}

/** SHA-256 over the files of all pretrained weights that are at hand. */
export async function weightsHash() {
  const { backboneNames } = library('networks/names');
  const { networkNamed } = library('networks/table');
  const { findWeights } = library('networks/weights-file');
  const { digestsOf } = library('networks/digest');
  const hash = createHash('sha256');
  for (const name of backboneNames) {
    const file = await findWeights(networkNamed(name)).catch(() => undefined);
    if (!file) continue;
    const folder = path.dirname(file);
    const files = path.basename(file) === 'model.json' ? await readdir(folder) : [path.basename(file)];
    for (const part of files.sort()) hash.update((await digestsOf(path.join(folder, part))).sha256);
  }
  return hash.digest('hex');
}
