import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/check';
import { exists } from '../core/files';
import { cacheFolder, projectFolder, weightsFolders } from '../core/settings';
import { digestsOf } from './digest';
import { modelFile } from './model-folder';
import type { Network, WeightsSource } from './table';

/** Where fetched weights are kept. */
export const weightsCache = (): string => path.join(cacheFolder(), 'weights');

/** Weights that are fetched from elsewhere. */
export type FetchedWeights = Exclude<WeightsSource, { kind: 'repository' | 'none' }>;
type RepositoryWeights = Extract<WeightsSource, { kind: 'repository' }>;

/** The name on disk of fetched weights: a file's, or a folder's with model.json. */
export const nameOnDisk = (weights: FetchedWeights): string =>
  path.posix.basename(weights.kind === 'keras-h5' ? weights.path : path.posix.dirname(weights.path));

/** A network whose weights are not here, though its name is right. */
export class AbsentWeightsError extends InputError {}

/** A layers-model's folder may say in its name where it was cut: mobilenet_v1_1.0_224_conv_pw_12. The shortest name is the fullest model. */
async function modelsIn(folder: string, name: string): Promise<string[]> {
  const entries = await readdir(folder).catch((): string[] => []);
  const folders = entries.filter((entry) => entry.startsWith(name)).sort();
  const itself = path.basename(folder).startsWith(name) ? [folder] : [];
  const found = await Promise.all(
    [...itself, ...folders.map((entry) => path.join(folder, entry))].map((candidate) => modelFile(candidate)),
  );
  return found.filter((file) => file !== undefined);
}

/**
 * Throws unless a file has the checksum of the official weights; files of networks without one pass.
 * @throws InputError naming file and both checksums
 */
export async function checkMd5(network: Network, file: string): Promise<void> {
  if (network.weights.kind !== 'keras-h5') return;
  const { md5 } = await digestsOf(file);
  if (md5 !== network.weights.md5)
    throw new InputError(
      `${file} is not the official file of ImageNet weights of ${network.title}: its MD5 is ${md5}, not ${network.weights.md5}; ` +
        'delete it and fetch it again, or name it with --weights to use it all the same',
    );
}

/** The model.json of weights that come with the project, every file checked. */
async function repositoryWeights(title: string, { folder, sha256 }: RepositoryWeights): Promise<string> {
  const at = path.join(projectFolder, 'lib', 'networks', 'pretrained', folder);
  for (const [name, expected] of Object.entries(sha256)) {
    const file = path.join(at, name);
    if (!(await exists(file)))
      throw new AbsentWeightsError(`There is no ${file}, of the weights of ${title}`);
    const found = (await digestsOf(file)).sha256;
    if (found !== expected)
      throw new InputError(
        `${file} is not the project's file of weights of ${title}: its SHA-256 is ${found}, not ${expected}; ` +
          'take it from the repository again, or name other weights with --weights',
      );
  }
  return path.join(at, 'model.json');
}

/**
 * Path of a network's pretrained weights (an h5 file, or the model.json of a folder): in the project's own folder where
 * they come with it, else in XRAY_WEIGHTS or the cache.
 * @throws AbsentWeightsError if there are none, saying what to do
 * @throws InputError if a file of that name has another checksum, or for a network without weights
 */
export async function findWeights(network: Network): Promise<string> {
  if (network.weights.kind === 'none') throw new InputError(`${network.title} has no weights and needs none`);
  if (network.weights.kind === 'repository') return repositoryWeights(network.title, network.weights);
  const name = nameOnDisk(network.weights);
  const folders = [...weightsFolders(), weightsCache()];
  for (const folder of folders) {
    if (network.weights.kind === 'layers-model') {
      const [model] = await modelsIn(folder, name);
      if (model) return model;
    } else if (await exists(path.join(folder, name))) {
      const file = path.join(folder, name);
      await checkMd5(network, file);
      return file;
    }
  }
  const searched = folders.map((folder) => path.join(folder, name)).join(' and ');
  throw new AbsentWeightsError(
    `There are no ImageNet weights of ${network.title} here (looked for ${searched}). ` +
      `Fetch them with \`npx xray-transfer weights ${network.name}\`, or give a file that you have with ` +
      `\`npx xray-transfer weights ${network.name} --from FILE\`; or run without them: \`--weights random\``,
  );
}
