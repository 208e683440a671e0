import { copyFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { asError, InputError } from '../core/check';
import { download, downloadInTurn } from '../core/download';
import { commit, exists } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { temporaryName } from '../core/temporary-name';
import { writing } from '../core/write-error';
import { loadBackbone } from './load-backbone';
import { modelFile, readModelFolder } from './model-folder';
import type { BackboneName } from './names';
import { type Network, networkNamed } from './table';
import { checkMd5, type FetchedWeights, findWeights, nameOnDisk, weightsCache } from './weights-file';

export interface FetchWeightsOptions extends WorkOptions {
  /** A file (or folder of a layers-model) that the user has, instead of a download. */
  readonly from?: string;
}

/** Where weights are downloaded from: `XRAY_WEIGHTS_URL`, for a mirror with the same paths, else Google's storage. */
export const weightsAddress = (): string =>
  (process.env.XRAY_WEIGHTS_URL || 'https://storage.googleapis.com').replace(/\/+$/, '');

async function copyIntoCache(files: readonly string[], target: string, folder: boolean): Promise<string> {
  const temporary = temporaryName(target);
  try {
    await writing(target, async () => {
      await mkdir(folder ? temporary : path.dirname(target), { recursive: true });
      for (const file of files)
        await copyFile(file, folder ? path.join(temporary, path.basename(file)) : temporary);
    });
    await commit(temporary, target);
    return target;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** A layers-model has no official checksum: it is right if the network takes it. */
async function checkModel(row: Network, file: string): Promise<void> {
  (await loadBackbone({ name: row.name, weights: file })).model.dispose();
}

/**
 * What a downloaded model.json says. It has no checksum: what is none, such as the page of a hotel's network, is removed,
 * or it would be taken for the file the next time.
 */
async function fetchedModel(url: string, file: string) {
  const { parseModelJson } = await import('./model-json.js');
  try {
    return parseModelJson(await readFile(file, 'utf8'), file);
  } catch (error) {
    await rm(file, { force: true });
    throw new InputError(
      `${url} is not the expected file: ${asError(error).message}; it was removed. Run it again`,
    );
  }
}

async function fetchModel(
  row: Network,
  source: FetchedWeights,
  options: FetchWeightsOptions,
): Promise<string> {
  const { from, ...work } = options;
  const name = nameOnDisk(source);
  if (from !== undefined) {
    const file = await modelFile(from);
    if (!file) throw new InputError(`from: there is no model.json at ${from}`);
    await checkModel(row, file);
    // A name that says where the model was cut stays: see weights-file.ts.
    const own = path.basename(path.dirname(file));
    const target = path.join(weightsCache(), own.startsWith(name) ? own : name);
    if (path.dirname(file) === target) return file;
    return path.join(await copyIntoCache((await readModelFolder(file)).files, target, true), 'model.json');
  }
  const target = path.join(weightsCache(), name);
  // Of a fixed name, so that what has come stays when the connection goes.
  const partial = path.join(weightsCache(), `.${name}.part`);
  const cached = await modelFile(target);
  if (cached) return cached;
  await writing(partial, () => mkdir(weightsCache(), { recursive: true }));
  return downloadInTurn(
    partial,
    name,
    async () => (await modelFile(target)) ?? downloadModel(row, source, { partial, target }, work),
    work,
  );
}

async function downloadModel(
  row: Network,
  source: FetchedWeights,
  { partial, target }: { readonly partial: string; readonly target: string },
  work: WorkOptions,
): Promise<string> {
  const address = `${weightsAddress()}/${path.posix.dirname(source.path)}`;
  const file = path.join(partial, 'model.json');
  await writing(partial, () => mkdir(partial, { recursive: true }));
  await download(`${address}/model.json`, file, work);
  const { weightsManifest } = await fetchedModel(`${address}/model.json`, file);
  for (const shard of weightsManifest.flatMap(({ paths }) => paths))
    if (!(await exists(path.join(partial, shard))))
      await download(`${address}/${shard}`, path.join(partial, shard), work);
  try {
    await checkModel(row, file);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  await commit(partial, target);
  return path.join(target, 'model.json');
}

async function fetchFile(
  row: Network,
  source: FetchedWeights & { kind: 'keras-h5' },
  options: FetchWeightsOptions,
): Promise<string> {
  const { from, ...work } = options;
  const name = nameOnDisk(source);
  const target = path.join(weightsCache(), name);
  if (from !== undefined) {
    const found = await stat(from).catch((error) => {
      throw new InputError(`from: ${from} cannot be read: ${asError(error).message}`);
    });
    const file = path.resolve(found.isDirectory() ? path.join(from, name) : from);
    if (!(await exists(file))) throw new InputError(`from: the folder ${from} has no ${name}`);
    await checkMd5(row, file);
    return file === target ? file : copyIntoCache([file], target, false);
  }
  if (!(await exists(target))) {
    await download(`${weightsAddress()}/${source.path}`, target, { ...work, md5: source.md5 });
  }
  await checkMd5(row, target);
  return target;
}

/**
 * Puts a network's ImageNet weights into the cache: from a file, or by download, which goes on where it was cut. Weights
 * that come with the project are left where they are.
 * @returns path of the h5 file, or of the layers-model's model.json
 * @throws InputError for an unknown network, a file that is not the official one, or without a connection
 */
export async function fetchWeights(name: BackboneName, options: FetchWeightsOptions = {}): Promise<string> {
  const row = networkNamed(name);
  const { weights } = row;
  if (weights.kind === 'keras-h5') return fetchFile(row, weights, options);
  if (weights.kind === 'layers-model') return fetchModel(row, weights, options);
  if (options.from !== undefined)
    throw new InputError(
      `from: the weights of ${row.title} come with the project; name others with --weights where they are used`,
    );
  return findWeights(row);
}
