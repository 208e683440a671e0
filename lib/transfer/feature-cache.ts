import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { byText } from '../core/by-text';
import { InputError } from '../core/check';
import { featuresFolder } from './feature-folder';
import { readManifest, removeShard, shardFiles, shardNames } from './feature-shard';
import { listKeptBases, removeKeptBase } from './kept-bases';

/** The cached features of one description. */
export interface CachedFeatures {
  readonly folder: string;
  readonly network: string;
  /** Layer whose output they are. */
  readonly cut: string;
  /** Where the weights came from, in words, and their hash. */
  readonly weights: string;
  readonly weightsHash: string;
  /** Everything else that they depend on: preprocessing, resize, pooling … */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Pictures and rotated copies. */
  readonly pictures: number;
  /** All files, those that were set aside too. */
  readonly bytes: number;
  readonly lastUsed: Date;
}

const listed = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const folders = async (): Promise<string[]> =>
  (await listed(featuresFolder())).sort().map((name) => path.join(featuresFolder(), name));

/** A file gone meanwhile has no size, and was used at no time. */
const measured = (file: string) =>
  stat(file).then(
    ({ size, mtimeMs }) => ({ bytes: size, used: mtimeMs }),
    () => ({ bytes: 0, used: 0 }),
  );

interface Part {
  readonly remove: () => Promise<void>;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly used: number;
}

/** What can be removed of a folder at a time: shards with their manifests, and what was left over or set aside. */
async function partsOf(folder: string): Promise<Part[]> {
  const entries = await listed(folder);
  const names = shardNames(entries);
  const ofShards = new Set(names.flatMap((name) => Object.values(shardFiles(folder, name))));
  const shards = names.map(async (name): Promise<Part> => {
    const { rows, manifest } = shardFiles(folder, name);
    const [size, note] = await Promise.all([measured(rows), measured(manifest)]);
    return { remove: () => removeShard(folder, name), bytes: size.bytes + note.bytes, used: note.used };
  });
  const others = entries
    .map((entry) => path.join(folder, entry))
    .filter((file) => !ofShards.has(file) && path.basename(file) !== 'description.json')
    .map(
      async (file): Promise<Part> => ({ remove: () => rm(file, { force: true }), ...(await measured(file)) }),
    );
  return Promise.all([...shards, ...others]);
}

/** What the features in a folder are; nothing where that is gone or damaged: they can still be counted and removed. */
const descriptionOf = (folder: string): Promise<Record<string, string>> =>
  readFile(path.join(folder, 'description.json'), 'utf8')
    .then((text) => JSON.parse(text))
    .catch(() => ({}));

/** All cached features, by network. Reading them is a matter of their manifests, not of the features. */
export async function listFeatures(): Promise<CachedFeatures[]> {
  const found: CachedFeatures[] = [];
  for (const folder of await folders()) {
    const parts = await partsOf(folder);
    const { backbone, cut, weights, weightsFrom, version: _, ...settings } = await descriptionOf(folder);
    const keys = new Set<string>();
    for (const name of shardNames(await listed(folder))) {
      const manifest = await readManifest(folder, name);
      if (typeof manifest === 'object') for (const key of manifest.keys) keys.add(key);
    }
    found.push({
      folder,
      network: backbone ?? path.basename(folder),
      cut: cut ?? '',
      weights: weightsFrom ?? '',
      weightsHash: weights ?? '',
      settings,
      pictures: keys.size,
      bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      lastUsed: new Date(Math.max(0, ...parts.map(({ used }) => used))),
    });
  }
  return found.sort((a, b) => byText(a.network, b.network));
}

/**
 * Removes cached features, of one network or all.
 * @throws InputError for a network without any, with those that have some
 */
export async function clearFeatures(network?: string): Promise<{ folders: number; bytes: number }> {
  const all = await listFeatures();
  const cleared = all.filter((cached) => network === undefined || cached.network === network);
  if (network !== undefined && !cleared.length) {
    const networks = [...new Set(all.map((cached) => cached.network))].join(', ') || 'nothing';
    throw new InputError(`network is "${network}"; the cache has features of ${networks}`);
  }
  for (const { folder } of cleared) await rm(folder, { recursive: true, force: true });
  return { folders: cleared.length, bytes: cleared.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/**
 * Removes what was used longest ago, features shard by shard, and fine-tuned bases and statistics of batch
 * normalisation, until the cache is within its limit. Fetched weights are no part of it.
 * @param limit bytes
 * @param since milliseconds since 1970; what was used later stays, even if the limit is then exceeded: one work's own
 * features, and those of works under way beside it
 */
export async function evict(limit: number, since: number): Promise<void> {
  const bases = (await listKeptBases()).map((base): Part => {
    const { bytes, lastUsed } = base;
    return { bytes, used: lastUsed.getTime(), remove: () => removeKeptBase(base) };
  });
  const parts = [...(await Promise.all((await folders()).map(partsOf))).flat(), ...bases];
  let bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  for (const part of parts.sort((a, b) => a.used - b.used)) {
    if (bytes <= limit || part.used >= since) break;
    await part.remove();
    bytes -= part.bytes;
  }
  for (const folder of await folders())
    if ((await listed(folder)).every((entry) => entry === 'description.json')) await removeEmpty(folder);
}

/** Another process may be writing there: then it stays. */
async function removeEmpty(folder: string): Promise<void> {
  await rm(path.join(folder, 'description.json'), { force: true });
  await rmdir(folder).catch(() => undefined);
}
