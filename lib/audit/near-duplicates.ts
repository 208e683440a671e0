import { findDuplicates } from '../dataset/find-duplicates';
import type { Xray } from '../dataset/xray';
import type { DuplicatePair } from './audit';
import { featureSimilarities, outstanding } from './like-features';
import type { Gram } from './logistic';
import { hammingDistance, nearPairs } from './perceptual-hash';

/**
 * Hashes that differ in at most so many of 256 bits are of nearly the same picture. Of 17 million pairs of different
 * children's X-rays none but a real one lay below 40; pictures compressed, brightened, cropped by 1 % or turned by 1°
 * lay below 30.
 */
export const mostBits = 32;

/** A picture with its perceptual hash. */
export interface HashedPicture {
  readonly xray: Xray;
  readonly hash: Uint32Array;
}

function pairOf(first: HashedPicture, second: HashedPicture, featureSimilarity?: number): DuplicatePair {
  const both = [first.xray, second.xray] as const;
  return {
    pictures: [both[0].path, both[1].path],
    labels: [both[0].label, both[1].label],
    patients: [both[0].patientId, both[1].patientId],
    exact: both[0].sha256 === both[1].sha256,
    hashDistance: hammingDistance(first.hash, second.hash),
    ...(featureSimilarity !== undefined && { featureSimilarity }),
  };
}

/** The pairs of pictures whose hashes are alike, whoever is on them, nearest first; identical files among them. */
export const pairsByHash = (pictures: readonly HashedPicture[]): DuplicatePair[] =>
  nearPairs(
    pictures.map(({ hash }) => hash),
    mostBits,
  ).map(({ first, second }) => pairOf(pictures[first]!, pictures[second]!));

const keyOf = ({ pictures }: DuplicatePair): string => [...pictures].sort().join('\n');

/**
 * The pairs found by hash, those among `pictures` with the likeness of their features; behind them pairs that the
 * features alone tell are alike: cropped by more than the hash bears, for example.
 * @param gram of the network's features of `pictures`
 */
export function withFeatures(
  byHash: readonly DuplicatePair[],
  pictures: readonly HashedPicture[],
  gram: Gram,
): DuplicatePair[] {
  const similarities = featureSimilarities(gram);
  const numbers = new Map(pictures.map(({ xray }, i) => [xray.path, i]));
  const at = new Map(similarities.map((pair) => [pair.first * pictures.length + pair.second, pair]));
  const known = byHash.map((pair) => {
    const [i, j] = pair.pictures.map((file) => numbers.get(file) ?? Number.NaN).sort((a, b) => a - b);
    const featureSimilarity = at.get(i! * pictures.length + j!)?.similarity;
    return featureSimilarity === undefined ? pair : { ...pair, featureSimilarity };
  });
  const found = new Set(known.map(keyOf));
  const byFeatures = outstanding(similarities)
    .map(({ first, second, similarity }) => pairOf(pictures[first]!, pictures[second]!, similarity))
    .filter((pair) => !found.has(keyOf(pair)));
  return [...known, ...byFeatures];
}

/** Share of the places that are kept for pairs that the features alone tell, if there are so many. */
const featurePlaces = 1 / 3;

/**
 * So many pairs to be looked at, nearest first: those of two patients before those of one, and among either those found
 * by hash before those found by features alone, of which a third of the places are kept.
 * @param pairs as `withFeatures` returns them
 */
export function pairsToShow(pairs: readonly DuplicatePair[], count: number): DuplicatePair[] {
  const acrossFirst = (list: readonly DuplicatePair[]) => [
    ...list.filter(({ patients }) => patients[0] !== patients[1]),
    ...list.filter(({ patients }) => patients[0] === patients[1]),
  ];
  const byHash = acrossFirst(pairs.filter(({ hashDistance }) => hashDistance <= mostBits));
  const byFeatures = acrossFirst(pairs.filter(({ hashDistance }) => hashDistance > mostBits));
  const kept = Math.max(
    count - byHash.length,
    Math.min(byFeatures.length, Math.floor(count * featurePlaces)),
  );
  return acrossFirst([...byHash.slice(0, count - kept), ...byFeatures.slice(0, kept)]);
}

/** How many files are copies of another one: all but the first of each group of identical ones. */
export function surplusCopies(xrays: readonly Xray[]): { copies: number; groups: number } {
  const groups = findDuplicates(xrays);
  return { copies: groups.reduce((sum, group) => sum + group.length - 1, 0), groups: groups.length };
}
