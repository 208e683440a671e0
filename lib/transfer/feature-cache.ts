import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { commit, sha256, writeFileAtomic, writeJson } from '../core/files';
import { cacheFolder } from '../core/settings';

/** Rows of numbers by key; a row is the features of one picture or of one rotated copy of it. */
export type FeatureRows = Map<string, Float32Array>;

/** What makes features what they are; two callers with equal descriptions share a folder of the cache. */
export type FeatureDescription = Readonly<Record<string, string | number>>;

/** The folder of the features with this description. */
export function featureFolder(description: FeatureDescription): string {
  const entries = Object.entries(description).sort(([a], [b]) => (a < b ? -1 : 1));
  const name = String(description.backbone)
    .replace(/[^\w.-]+/g, '-')
    .slice(-40);
  return path.join(cacheFolder(), 'features', `${name}-${sha256(JSON.stringify(entries)).slice(0, 16)}`);
}

/**
 * Writes rows as one Arrow IPC file (`key: utf8`, `features: FixedSizeList<float32>`) whose name is its own SHA-256:
 * a shard is whole or absent, is never changed, and two processes may write at once.
 */
export async function writeShard(description: FeatureDescription, rows: FeatureRows): Promise<void> {
  const { Field, FixedSizeList, Float32, Table, Utf8, makeData, makeVector, tableToIPC, vectorFromArray } =
    await import('apache-arrow');
  const folder = featureFolder(description);
  const dimension = rows.values().next().value!.length;
  const values = new Float32Array(rows.size * dimension);
  [...rows.values()].forEach((row, i) => {
    values.set(row, i * dimension);
  });
  const child = makeData({ type: new Float32(), length: values.length, data: values });
  const type = new FixedSizeList(dimension, new Field('item', new Float32(), false));
  const table = new Table({
    key: vectorFromArray([...rows.keys()], new Utf8()),
    features: makeVector(makeData({ type, length: rows.size, child })),
  });
  const bytes = tableToIPC(table, 'file');
  await writeJson(path.join(folder, 'description.json'), description);
  await writeFileAtomic(path.join(folder, `${sha256(bytes)}.arrow`), bytes);
}

/** Undefined where another process set the file aside meanwhile. */
const unlessGone = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });

/**
 * The rows of `keys` that the cache holds. A shard whose bytes do not have the hash in its name is set aside under
 * the ending `.damaged` and reported to `onDamage`; its rows are then computed anew.
 */
export async function readRows(
  description: FeatureDescription,
  keys: ReadonlySet<string>,
  onDamage: (file: string) => void,
): Promise<FeatureRows> {
  const folder = featureFolder(description);
  const found: FeatureRows = new Map();
  const shards = await readdir(folder).then(
    (names) => names.filter((name) => name.endsWith('.arrow') && !name.startsWith('.')),
    () => [],
  );
  if (!shards.length) return found;
  const { tableFromIPC } = await import('apache-arrow');
  for (const shard of shards) {
    if (found.size === keys.size) break;
    const file = path.join(folder, shard);
    const bytes = await unlessGone(readFile(file));
    if (!bytes) continue;
    if (`${sha256(bytes)}.arrow` !== shard) {
      await unlessGone(commit(file, `${file}.damaged`));
      onDamage(file);
      continue;
    }
    const table = tableFromIPC(bytes);
    const names = table.getChild('key')!;
    const data = table.getChild('features')!.data[0]!;
    const values: Float32Array = data.children[0]!.values;
    // Not values.length / rows: Arrow pads its buffers.
    const dimension: number = data.type.listSize;
    for (let i = 0; i < table.numRows; i++) {
      const key: string = names.get(i);
      if (keys.has(key)) found.set(key, values.subarray(i * dimension, (i + 1) * dimension));
    }
  }
  return found;
}
