import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/check';
import { exists } from '../core/files';
import { cacheFolder, weightsFolders } from '../core/settings';
import { digestsOf } from './digest';
import { modelFile } from './model-folder';
import type { Network } from './table';

/** Where fetched weights are kept. */
export const weightsCache = (): string => path.join(cacheFolder(), 'weights');

/** The name on disk of a network's weights: a file's, or a folder's with model.json. */
export const weightsName = ({ weights }: Network): string =>
  path.posix.basename(weights.kind === 'keras-h5' ? weights.path : path.posix.dirname(weights.path));

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

/**
 * Path of a network's ImageNet weights (an h5 file, or the model.json of a folder) in XRAY_WEIGHTS or the cache.
 * @throws InputError if there is none, saying what to do, or if a file of that name has another checksum
 */
export async function findWeights(network: Network): Promise<string> {
  const name = weightsName(network);
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
  throw new InputError(
    `There are no ImageNet weights of ${network.title} here (looked for ${searched}). ` +
      `Fetch them with \`npx xray-transfer weights ${network.name}\`, or give a file that you have with ` +
      `\`npx xray-transfer weights ${network.name} --from FILE\`; or run without them: \`--weights random\``,
  );
}
