import { checkWhole, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { Random } from '../core/random';
import { picturesByGroup } from './pictures-by-group';

export interface Permutation {
  /** The score with the true labels. */
  readonly observed: number;
  /** The score with each permutation of them. */
  readonly permuted: readonly number[];
  /** (b + 1) / (m + 1): b of m permutations scored as much as the true labels, or more. */
  readonly p: number;
}

/**
 * The p of a permutation test, (b + 1) / (m + 1) for b of m permuted scores at least as high as the observed one. It
 * counts the true labels as one of the permutations, so it is never 0 (Phipson and Smyth 2010), and right for any m.
 */
export const permutationP = (observed: number, permuted: readonly number[]): number =>
  (permuted.filter((score) => score >= observed).length + 1) / (permuted.length + 1);

/**
 * Labels shuffled between patients: each takes those of another, repeated or cut to the number of its own pictures, so
 * that pictures of one patient keep one label where they had one.
 * @param labels one a picture
 * @param patients who was X-rayed on each picture
 */
export function permuteLabels<T>(labels: readonly T[], patients: readonly string[], random: Random): T[] {
  const pictures = picturesByGroup(patients);
  const givers = random.shuffle(pictures);
  const permuted = [...labels];
  pictures.forEach((mine, k) => {
    const theirs = givers[k]!;
    mine.forEach((i, j) => {
      permuted[i] = labels[theirs[j % theirs.length]!]!;
    });
  });
  return permuted;
}

export interface PermutationOptions<T> extends WorkOptions {
  /** The true label of each picture. */
  readonly labels: readonly T[];
  /** Who was X-rayed on each picture. */
  readonly patients: readonly string[];
  /** How well the labels can be told: trains and tests with those given. Higher is better. */
  readonly score: (labels: readonly T[]) => number | Promise<number>;
  /** How many permutations; the smallest p is 1 / (permutations + 1). */
  readonly permutations: number;
  readonly random: Random;
}

/**
 * Label-permutation test: is what was learnt more than can be learnt from labels that mean nothing? Everything that
 * depends on the labels must happen in `score`, training above all (Ojala and Garriga 2010). Labels are exchanged
 * between patients, never within one.
 * @throws InputError for no pictures, different lengths, fewer than one permutation, or a score that is not a number
 * @throws the signal's reason when interrupted
 */
export async function permutationScores<T>(options: PermutationOptions<T>): Promise<Permutation> {
  const { labels, patients, score, permutations, random, onProgress, signal } = options;
  checkWhole('permutations', permutations, 1, 1_000_000);
  if (labels.length === 0) throw new InputError('labels is empty; nothing can be permuted');
  if (labels.length !== patients.length)
    throw new InputError(`labels has ${labels.length} items and patients has ${patients.length}`);
  const scored = async (given: readonly T[]): Promise<number> => {
    signal?.throwIfAborted();
    const value = await score(given);
    if (!Number.isFinite(value)) throw new InputError(`score is ${value}; it must be a number`);
    return value;
  };
  const observed = await scored(labels);
  const permuted: number[] = [];
  while (permuted.length < permutations) {
    permuted.push(await scored(permuteLabels(labels, patients, random)));
    onProgress?.({ stage: 'permutations', done: permuted.length, total: permutations });
  }
  return { observed, permuted, p: permutationP(observed, permuted) };
}
