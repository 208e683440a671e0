import { InputError } from '../core/check';
import { seededRandom } from '../core/random';
import { patientGroups } from '../dataset/patient-groups';
import type { Split, Xray } from '../dataset/xray';
import { meanRocArea } from '../evaluation/mean-roc-area';
import { type Permutation, permutationScores } from '../evaluation/permutation-scores';
import { scorePictures } from './evaluate';
import { withoutHeads } from './test-fold';
import { transferLearn } from './transfer-learn';
import type { TransferOptions } from './transfer-options';

export interface PermutationTestOptions extends TransferOptions {
  /** How many permutations; the smallest p is 1 / (permutations + 1). Default 199. */
  readonly permutations?: number;
}

const parts = ['train', 'validation', 'test'] as const;

/** The number of each picture's patient; patients who share an identical picture are one. */
function patientNumbers(xrays: readonly Xray[]): string[] {
  const number = new Map<Xray, string>();
  patientGroups(xrays).forEach((group, k) => {
    for (const xray of group.xrays) number.set(xray, String(k));
  });
  return xrays.map((xray) => number.get(xray)!);
}

/**
 * Is what the model tells of the test part more than can be learnt from labels that mean nothing? The labels of all
 * parts are permuted between patients, the head is trained anew on the cached features, and tested; the score is the
 * area under the ROC curve, the mean over classes where there are more than two. A small p says that pictures and
 * labels have to do with each other – not that it is the lungs that tell.
 * @throws InputError as `transferLearn` does, or for fewer than one permutation
 * @throws the signal's reason when interrupted
 */
export async function permutationTest(
  split: Split,
  { permutations = 199, ...options }: PermutationTestOptions,
): Promise<Permutation> {
  const { onProgress, signal, seed = 42 } = options;
  const xrays = parts.flatMap((part) => split[part]);
  if (!split.test.length) throw new InputError('The test part of the split has no pictures');
  const score = async (labels: readonly string[]): Promise<number> => {
    const relabelled = xrays.map((xray, i) => ({ ...xray, label: labels[i]! }));
    const [first, second] = [split.train.length, split.train.length + split.validation.length];
    const model = await transferLearn(
      {
        ...split,
        train: relabelled.slice(0, first),
        validation: relabelled.slice(first, second),
        test: relabelled.slice(second),
      },
      { ...options, onProgress: withoutHeads(onProgress) },
    );
    signal?.throwIfAborted();
    return meanRocArea(await scorePictures(model, relabelled.slice(second), { signal }));
  };
  return permutationScores({
    labels: xrays.map(({ label }) => label),
    patients: patientNumbers(xrays),
    score,
    permutations,
    random: seededRandom(`${seed}/permutations`),
    onProgress,
    signal,
  });
}
