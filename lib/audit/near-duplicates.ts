import { findDuplicates } from '../dataset/find-duplicates';
import type { Xray } from '../dataset/xray';
import type { DuplicatePair } from './audit';
import { type NearPair, nearPairs, perceptualHash } from './perceptual-hash';

/**
 * Hashes that differ in at most so many of 256 bits are of nearly the same picture. Of 17 million pairs of different
 * children's X-rays none but a real one lay below 40; pictures compressed, brightened, cropped by 1 % or turned by 1°
 * lay below 30.
 */
export const mostBits = 32;

/** The pairs of pictures that look alike, whoever is on them; identical files among them. */
export function findNearPairs(xrays: readonly Xray[], thumbnails: readonly Float32Array[]): DuplicatePair[] {
  const pairOf = ({ first, second, distance }: NearPair): DuplicatePair => {
    const both = [xrays[first]!, xrays[second]!] as const;
    return {
      pictures: [both[0].path, both[1].path],
      labels: [both[0].label, both[1].label],
      patients: [both[0].patientId, both[1].patientId],
      exact: both[0].sha256 === both[1].sha256,
      hashDistance: distance,
    };
  };
  return nearPairs(thumbnails.map(perceptualHash), mostBits).map(pairOf);
}

/** How many files are copies of another one: all but the first of each group of identical ones. */
export function surplusCopies(xrays: readonly Xray[]): { copies: number; groups: number } {
  const groups = findDuplicates(xrays);
  return { copies: groups.reduce((sum, group) => sum + group.length - 1, 0), groups: groups.length };
}
