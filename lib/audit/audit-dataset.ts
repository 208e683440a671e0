import { checkWhole, InputError } from '../core/check';
import { educationOnly } from '../core/education-only';
import type { WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { byText } from '../dataset/class-files';
import { classesOf } from '../dataset/classes-of';
import { countClass } from '../dataset/count-class';
import { picturesHash } from '../dataset/pictures-hash';
import { isSynthetic, type Split, type Xray } from '../dataset/xray';
import { undefinedFigure } from '../evaluation/figure';
import { withBackbone } from '../transfer/open-backbone';
import { type Audit, type AuditedData, type AuditTest, type TestName, testNames } from './audit';
import { describeControls, usableControls } from './controls';
import { expectationOf, verdictOf } from './expectation';
import { alikePatients, identicalFiles, patientsOnTwoSides } from './leakage';
import { learntTests } from './learnt-tests';
import { pairsByHash, pairsToShow, withFeatures } from './near-duplicates';
import { perceptualHash } from './perceptual-hash';
import type { Omission } from './rules';
import { toTest } from './rules';
import { networkRows } from './shortcuts';
import { studyOf, tooFewPatients } from './study';
import { thumbnailsOf } from './thumbnails';

export interface AuditOptions extends WorkOptions {
  /** Name in the networks' table, or a folder with a tfjs layers-model (then `cut` is needed). Default "mobilenet". */
  readonly backbone?: string;
  /** Layer whose output is the feature map. Default: the table's. */
  readonly cut?: string;
  /** "imagenet" (default), "random", or a weights file. */
  readonly weights?: string;
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

/** Pairs kept to be looked at. */
const mostPairs = 60;

const patientsOf = (xrays: readonly Xray[]): number => new Set(xrays.map(({ patientId }) => patientId)).size;

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

function describeData(
  xrays: readonly Xray[],
  sampled: readonly Xray[],
  classes: readonly string[],
  controls: AuditedData['controls'],
): AuditedData {
  return {
    pictures: xrays.length,
    patients: patientsOf(xrays),
    classes: classes.map((label) => ({
      ...countClass(xrays, label),
      sampled: sampled.filter((xray) => xray.label === label).length,
    })),
    controls,
    synthetic: isSynthetic(xrays),
    sha256: picturesHash(xrays),
  };
}

const omitted = (names: readonly TestName[], why: string): Omission[] => names.map((name) => ({ name, why }));
const inOrder = (tests: readonly AuditTest[]): AuditTest[] =>
  testNames.map((name) => tests.find((test) => test.name === name)!);

/**
 * Examines pictures for what a model may learn from them besides the disease: leakage (copies, look-alikes, patients on
 * two sides of a split) and shortcuts (what the border, the exposure, the source tell of the class). From these pictures
 * alone it says what to expect on pictures of a source that is not among them. For education only.
 *
 * Each figure stands under a rule (see `rules`); what a network sees is judged by a logistic regression on its frozen
 * features, patients kept together.
 * @param given records of two classes or more; their order does not matter
 * @throws InputError for fewer classes, for controls that are none, or as `loadBackbone` and `extractFeatures` do
 * @throws the signal's reason when interrupted; features that were computed are kept
 */
export async function auditDataset(given: readonly Xray[], options: AuditOptions = {}): Promise<Audit> {
  const start = performance.now();
  const { backbone: name = 'mobilenet', cut, weights, seed = 42, perClass = 200, split, ...rest } = options;
  const { controls = [], onProgress, signal } = rest;
  const work = { onProgress, signal };
  checkWhole('seed', seed, 0);
  checkWhole('perClass', perClass, 10);
  const xrays = [...given].sort((a, b) => byText(a.path, b.path));
  const classes = classesOf(xrays);
  if (classes.length < 2)
    throw new InputError(`xrays are of ${classes.length} class; an audit is of two or more`);
  const others = usableControls(controls, xrays);

  const thumbnails = await thumbnailsOf(xrays, work);
  const hashed = xrays.map((xray, i) => ({ xray, hash: perceptualHash(thumbnails[i]!) }));
  const byHash = pairsByHash(hashed);
  const sampled = sampleOf(xrays, classes, perClass, seed);
  const numbers = new Map(xrays.map((xray, i) => [xray, i]));
  const chosen = sampled.map((xray) => numbers.get(xray)!);
  const few = tooFewPatients(sampled, classes);
  const learnt = await withBackbone({ name, cut, weights, seed }, async (backbone) => ({
    backbone: { title: backbone.title, weights: backbone.weights, weightsHash: backbone.weightsHash },
    ...(few
      ? { gram: undefined, whole: undefinedFigure, results: omitted(testNames.slice(3), few) }
      : await learntTests(
          studyOf(sampled, classes, seed),
          chosen.map((i) => thumbnails[i]!),
          others,
          (pictures, region) => networkRows(pictures, backbone, region, work),
        )),
  }));
  const pairs = learnt.gram
    ? withFeatures(
        byHash,
        chosen.map((i) => hashed[i]!),
        learnt.gram,
      )
    : byHash;
  const results = [
    identicalFiles(xrays),
    alikePatients(pairs),
    patientsOnTwoSides(xrays, seed, split),
    ...learnt.results,
  ];
  const tests = inOrder(results.map((result) => toTest(result, learnt.whole)));
  return {
    data: describeData(xrays, sampled, classes, describeControls(controls, others)),
    backbone: learnt.backbone,
    seed,
    whole: learnt.whole,
    tests,
    verdict: verdictOf(tests, learnt.whole),
    expectation: expectationOf(tests, learnt.whole),
    duplicates: pairsToShow(pairs, mostPairs),
    seconds: (performance.now() - start) / 1000,
    notice: educationOnly,
  };
}
