import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bounded } from '../core/bounded';
import { InputError } from '../core/check';
import { exists, hashFile, sha256, writeFileAtomic } from '../core/files';
import { cacheFolder } from '../core/settings';
import type { Xray } from '../dataset/xray';
import type { ResultStore } from './result-store';

/** Files open at once. */
const concurrency = 16;

const nameOf = ({ sha256: hash, path: file }: Xray) => `pictures/${hash}${path.extname(file).toLowerCase()}`;

/** Copies pictures into a store for workers that do not see the dataset's folder; those it has are left alone. */
export async function keepPictures(
  store: ResultStore,
  xrays: readonly Xray[],
  told: (done: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const there = new Set(await store.list('pictures'));
  let done = 0;
  await bounded(xrays, concurrency, async (xray) => {
    signal?.throwIfAborted();
    if (!there.has(nameOf(xray))) await store.put(nameOf(xray), await readFile(xray.path));
    told(++done);
  });
}

const hasHash = async (file: string, hash: string): Promise<boolean> =>
  (await exists(file)) && (await hashFile(file)) === hash;

/** A picture's bytes, from where it lies or from the store. */
async function bytesOf(xray: Xray, store: ResultStore): Promise<Buffer> {
  const own = await readFile(xray.path).catch(() => undefined);
  if (own && sha256(own) === xray.sha256) return own;
  const kept = await store.get(nameOf(xray));
  if (kept && sha256(kept) === xray.sha256) return kept;
  throw new InputError(
    `${xray.path} is ${own ? 'another picture than' : 'not here, as'} when the grid was planned (SHA-256 ${xray.sha256}), and ${store.url} has no copy; make the dataset's folder visible here`,
  );
}

/**
 * The records with paths that hold here, each file's hash compared: where they lie or, unless all are there, in a folder
 * of this machine's cache that the store's copies are fetched to; in the same order by path.
 * @param dataset hash of the records of the whole dataset
 * @throws InputError naming a picture that is neither here nor in the store, or another one
 */
export async function picturesHere(
  xrays: readonly Xray[],
  dataset: string,
  store: ResultStore,
): Promise<readonly Xray[]> {
  const here = await bounded(xrays, concurrency, (xray) => hasHash(xray.path, xray.sha256));
  if (here.every(Boolean)) return xrays;
  const folder = path.join(cacheFolder(), 'pictures', dataset.slice(0, 16));
  return bounded(xrays, concurrency, async (xray) => {
    const file = path.join(folder, xray.label, path.basename(xray.path));
    if (!(await hasHash(file, xray.sha256))) await writeFileAtomic(file, await bytesOf(xray, store));
    return { ...xray, path: file };
  });
}
