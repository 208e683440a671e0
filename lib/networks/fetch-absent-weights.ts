import { asError, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { BackboneOptions } from './backbone-options';
import { fetchWeights } from './fetch-weights';
import { isBackboneName } from './names';
import { networkNamed } from './table';
import { AbsentWeightsError, findWeights } from './weights-file';

/**
 * Downloads a network's own pretrained weights into the cache where they are wanted and not here. Nothing happens where
 * they are, for other weights, and for a layers-model on disk. The command line calls it before it opens a base; the
 * library downloads nothing by itself.
 * @throws InputError if they cannot be downloaded, with what else can be done
 */
export async function fetchAbsentWeights(
  { name, weights }: Pick<BackboneOptions, 'name' | 'weights'>,
  work: WorkOptions = {},
): Promise<void> {
  if (!isBackboneName(name)) return;
  const network = networkNamed(name);
  if (network.weights.kind === 'none' || (weights ?? network.pretraining) !== network.pretraining) return;
  try {
    await findWeights(network);
  } catch (absent) {
    if (!(absent instanceof AbsentWeightsError) || network.weights.kind === 'repository') throw absent;
    await fetchWeights(name, work).catch((error) => {
      work.signal?.throwIfAborted();
      throw new InputError(`${absent.message}. The download failed: ${asError(error).message}`);
    });
  }
}
