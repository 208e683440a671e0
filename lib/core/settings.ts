import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkChoice, checkNumber } from './check';

/** The project's own folder: where package.json, notebooks/ and dataset/ are. */
export const projectFolder: string = path.resolve(__dirname, '..', '..');

/** The back ends of TensorFlow.js that this project knows, fastest first. */
export const backendNames = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** Where computed features and fetched weights are kept: `XRAY_CACHE`, else `.cache/` in the project's folder. */
export const cacheFolder = (): string =>
  path.resolve(process.env.XRAY_CACHE || path.join(projectFolder, '.cache'));

/**
 * Bytes that the cache may take, besides fetched weights: `XRAY_CACHE_LIMIT` in GB, 0 to 1,000,000, else 10. Ten times what the 5,840
 * pictures of the Kaggle folder need for the four networks of the article, without copies.
 * @throws InputError for a limit out of range
 */
export const cacheLimit = (): number =>
  1e9 * checkNumber('XRAY_CACHE_LIMIT', Number(process.env.XRAY_CACHE_LIMIT || 10), 0, 1e6);

/** Folders searched for weights before the cache: `XRAY_WEIGHTS`, separated as in PATH. */
export const weightsFolders = (): string[] =>
  (process.env.XRAY_WEIGHTS ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.resolve(folder));

/** The back end asked for by `XRAY_BACKEND`, if any. */
export const requestedBackend = (): BackendName | undefined =>
  process.env.XRAY_BACKEND ? checkChoice('XRAY_BACKEND', process.env.XRAY_BACKEND, backendNames) : undefined;

/**
 * What becomes of pictures that cannot be used where notebooks load a dataset: `XRAY_UNREADABLE`, `stop` (the default: an
 * error names them) or `skip` (each is named on standard error and left out).
 */
export const unreadableSetting = (): 'stop' | 'skip' =>
  checkChoice('XRAY_UNREADABLE', process.env.XRAY_UNREADABLE || 'stop', ['stop', 'skip']);

/**
 * The dataset that notebooks use: `XRAY_DATASET`, else `dataset/` once it holds class folders with records,
 * else the phantoms in `dataset/demo`.
 */
export function datasetFolder(): string {
  if (process.env.XRAY_DATASET) return path.resolve(process.env.XRAY_DATASET);
  const own = path.join(projectFolder, 'dataset');
  return existsSync(path.join(own, 'normal', 'records.csv')) ? own : path.join(own, 'demo');
}

/** Where notebooks keep their models: `XRAY_MODELS`, else `models/` with a folder for each dataset. */
export const modelsFolder = (): string =>
  path.resolve(process.env.XRAY_MODELS || path.join(projectFolder, 'models', path.basename(datasetFolder())));
