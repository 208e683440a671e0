import type { WorkOptions } from '../core/progress';
import { type PossibleFigure, undefinedFigure } from '../evaluation/figure';
import type { FrozenBase } from '../networks/frozen-base';
import type { DuplicatePair, TestName } from './audit';
import type { AuditedPictures } from './audited-pictures';
import { alikePatients, identicalFiles, patientsOnTwoSides } from './leakage';
import {
  type LearntPart,
  type LearntTests,
  learningFrom,
  learntParts,
  learntTests,
  type RowsOf,
} from './learnt-tests';
import { pairsByHash, pairsToShow, withFeatures } from './near-duplicates';
import { perceptualHash } from './perceptual-hash';
import type { Measurement, Omission } from './rules';
import { networkRows } from './shortcuts';
import { studyOf } from './study';
import { thumbnailsOf } from './thumbnails';

/** How the parts of an audit see pictures. */
export interface Sight {
  /** Of all pictures, in their order. */
  thumbnails(): Promise<readonly Float32Array[]>;
  readonly rowsOf: RowsOf;
}

/** Pictures as a network sees them; the thumbnails are made when they are first asked for. */
export function sightBy(base: FrozenBase, { xrays }: AuditedPictures, work: WorkOptions): Sight {
  let thumbnails: Promise<Float32Array[]> | undefined;
  return {
    thumbnails() {
      thumbnails ??= thumbnailsOf(xrays, work);
      return thumbnails;
    },
    rowsOf: (shown, region) => networkRows(shown, base, region, work),
  };
}

/** What a part of an audit found. Plain data. */
export interface AuditPart {
  readonly results: readonly (Measurement | Omission)[];
  /** AUROC of the whole pictures; of the part `whole`. */
  readonly whole?: PossibleFigure;
  /** Pairs to be looked at; of the part `whole`. */
  readonly duplicates?: readonly DuplicatePair[];
}

/** The parts of an audit, in the order in which one process computes them. */
export const partNames = Object.keys(learntParts) as LearntPart[];

/** Pairs kept to be looked at. */
const mostPairs = 60;

const omitted = (names: readonly TestName[], why: string): LearntTests => ({
  results: names.map((name) => ({ name, why })),
});

/** Computes parts of an audit of the same pictures, one after the other; what several need is made once. */
export function partsOf(pictures: AuditedPictures, { thumbnails, rowsOf }: Sight) {
  const { xrays, classes, sampled, few, controls, seed, split } = pictures;
  const numbers = new Map(xrays.map((xray, i) => [xray, i]));
  /** Of all pictures those of the ones that the tests learn from. */
  const ofSampled = <T>(all: readonly T[]): T[] => sampled.map((xray) => all[numbers.get(xray)!]!);
  const learning = few
    ? undefined
    : learningFrom({
        study: studyOf(sampled, classes, seed),
        thumbnails: async () => ofSampled(await thumbnails()),
        controls,
        rowsOf,
      });
  const learnt = (name: LearntPart) =>
    learning ? learntTests(name, learning) : omitted(learntParts[name], few!);
  return async (name: LearntPart): Promise<AuditPart> => {
    if (name !== 'whole') return { results: (await learnt(name)).results };
    const hashes = (await thumbnails()).map(perceptualHash);
    const hashed = xrays.map((xray, i) => ({ xray, hash: hashes[i]! }));
    const byHash = pairsByHash(hashed);
    const { gram, whole = undefinedFigure, results } = await learnt(name);
    const pairs = gram ? withFeatures(byHash, ofSampled(hashed), gram) : byHash;
    const leakage = [identicalFiles(xrays), alikePatients(pairs), patientsOnTwoSides(xrays, seed, split)];
    return { results: [...leakage, ...results], whole, duplicates: pairsToShow(pairs, mostPairs) };
  };
}
