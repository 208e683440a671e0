import { checkWhole, InputError } from '../core/check';
import { seededRandom } from '../core/random';
import { byText } from '../dataset/class-files';
import { classesOf } from '../dataset/classes-of';
import type { Split, Xray } from '../dataset/xray';
import { type PossibleFigure, undefinedFigure } from '../evaluation/figure';
import type { Audit, DuplicatePair, TestName } from './audit';
import { testNames } from './audit';
import { usableControls } from './controls';
import { expectationOf, verdictOf } from './expectation';
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
import { toTest } from './rules';
import { studyOf, tooFewPatients } from './study';

/** What is audited, and how. */
export interface PicturesOptions {
  /** Of samples, folds, borders and random weights. Default 42. */
  readonly seed?: number;
  /**
   * Pictures a class, at most, that the tests learn from. Copies and look-alikes by hash are looked for among all
   * pictures, look-alikes by features among these. Default 200.
   */
  readonly perClass?: number;
  /** A split to be examined for patients on two sides. Default: one by picture, as the article makes. */
  readonly split?: Split;
  /**
   * Pictures of other findings from the source of a class, under whatever class name; `AuditedData.controls` tells how
   * many were used. Default: none.
   */
  readonly controls?: readonly Xray[];
}

/** The pictures of an audit. */
export interface AuditedPictures {
  /** In the order of their paths. */
  readonly xrays: readonly Xray[];
  readonly classes: readonly string[];
  /** Those that the tests learn from. */
  readonly sampled: readonly Xray[];
  /** Why nothing can be learnt from them, if nothing can. */
  readonly few: string | undefined;
  /** Those that are used. */
  readonly controls: readonly Xray[];
  readonly seed: number;
  readonly split: Split | undefined;
}

/** At most so many pictures of each class. */
function sampleOf(
  xrays: readonly Xray[],
  classes: readonly string[],
  perClass: number,
  seed: number,
): Xray[] {
  const random = seededRandom(seed).fork('audit sample');
  return classes.flatMap((label) =>
    random
      .fork(label)
      .shuffle(xrays.filter((xray) => xray.label === label))
      .slice(0, perClass),
  );
}

/**
 * Chooses what an audit looks at.
 * @param given records of two classes or more; their order does not matter
 * @throws InputError for fewer classes, or for controls that are none
 */
export function auditedPictures(given: readonly Xray[], options: PicturesOptions = {}): AuditedPictures {
  const { seed = 42, perClass = 200, split, controls = [] } = options;
  checkWhole('seed', seed, 0);
  checkWhole('perClass', perClass, 10);
  const xrays = [...given].sort((a, b) => byText(a.path, b.path));
  const classes = classesOf(xrays);
  if (classes.length < 2)
    throw new InputError(`xrays are of ${classes.length} class; an audit is of two or more`);
  const sampled = sampleOf(xrays, classes, perClass, seed);
  const few = tooFewPatients(sampled, classes);
  return { xrays, classes, sampled, few, controls: usableControls(controls, xrays), seed, split };
}

/** How the parts of an audit see pictures. */
export interface Sight {
  /** Of all pictures, in their order. */
  thumbnails(): Promise<readonly Float32Array[]>;
  readonly rowsOf: RowsOf;
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
  const chosen = sampled.map((xray) => numbers.get(xray)!);
  const ofSampled = async () => {
    const all = await thumbnails();
    return chosen.map((i) => all[i]!);
  };
  const learning = few
    ? undefined
    : learningFrom({ study: studyOf(sampled, classes, seed), thumbnails: ofSampled, controls, rowsOf });
  return async (name: LearntPart): Promise<AuditPart> => {
    const {
      gram,
      whole = undefinedFigure,
      results,
    } = learning ? await learntTests(name, learning) : omitted(learntParts[name], few!);
    if (name !== 'whole') return { results };
    const all = await thumbnails();
    const hashed = xrays.map((xray, i) => ({ xray, hash: perceptualHash(all[i]!) }));
    const byHash = pairsByHash(hashed);
    const pairs = gram
      ? withFeatures(
          byHash,
          chosen.map((i) => hashed[i]!),
          gram,
        )
      : byHash;
    const leakage = [identicalFiles(xrays), alikePatients(pairs), patientsOnTwoSides(xrays, seed, split)];
    return { results: [...leakage, ...results], whole, duplicates: pairsToShow(pairs, mostPairs) };
  };
}

/** What all parts together say: their results under the rules, the verdict, and what to expect. */
export function judgeParts(
  parts: readonly AuditPart[],
): Pick<Audit, 'whole' | 'tests' | 'verdict' | 'expectation' | 'duplicates'> {
  const whole = parts.find((part) => part.whole)!.whole!;
  const results = new Map(parts.flatMap((part) => part.results.map((result) => [result.name, result])));
  const tests = testNames.map((name) => toTest(results.get(name)!, whole));
  return {
    whole,
    tests,
    verdict: verdictOf(tests, whole),
    expectation: expectationOf(tests, whole),
    duplicates: parts.flatMap(({ duplicates }) => duplicates ?? []),
  };
}
