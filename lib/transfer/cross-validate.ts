import { availableParallelism } from 'node:os';
import { bounded } from '../core/bounded';
import { checkList, checkWhole, InputError } from '../core/check';
import { classesOf } from '../dataset/classes-of';
import { drawPerClass } from '../dataset/draw-per-class';
import { type Fold, patientFolds } from '../dataset/patient-folds';
import { isSynthetic, type Split, type Xray } from '../dataset/xray';
import type { Figure } from '../evaluation/figure';
import { meanWithInterval, shareRange } from '../evaluation/mean-with-interval';
import { type HeadThreads, startHeadThreads } from './head-threads';
import type { LearnHead } from './learn-head';
import {
  type FoldOptions,
  type FoldPrediction,
  type FoldRun,
  type TestedFold,
  type TimedFold,
  testFold,
} from './test-fold';

/** What to train in each fold, and how to divide. `seed` is that of the head and of random weights, in all folds. */
export interface CrossValidationOptions extends FoldOptions {
  /** Parts that the patients are divided into, each tested once; 2 or more. Default 5. */
  readonly folds?: number;
  /** One division into folds for each; all different. Default 0, 1, 2. */
  readonly seeds?: readonly number[];
  /** `image`: folds picture by picture, to see what it flatters: pictures of one person may then be on both sides. Default `patient`. */
  readonly grouping?: Split['grouping'];
  /**
   * Training pictures a class, drawn from each fold's training part; those of a smaller number are among those of a
   * larger. Default: all of them.
   */
  readonly perClass?: number;
}

/** A method tried on pictures that it was not trained on, several times over. Plain data. */
export interface CrossValidation {
  readonly classes: readonly string[];
  readonly folds: number;
  readonly seeds: readonly number[];
  readonly runs: readonly FoldRun[];
  /** Mean over the runs with its 95 % interval, as Nadeau and Bengio correct it for training pictures in common. */
  readonly accuracy: Figure;
  /** All predictions; each picture stands here once a seed. */
  readonly predictions: readonly FoldPrediction[];
  /** Whether the pictures are synthetic. */
  readonly synthetic: boolean;
}

/** A fold to be tried. */
interface Trial {
  readonly seed: number;
  readonly fold: number;
  readonly parts: Fold;
}

/** What all heads must take before threads are started for them. */
const secondsWorthThreads = 2;

/** What several folds amount to: all runs and predictions, and the mean accuracy with its interval. */
export function combineFolds(
  tested: readonly TestedFold[],
  { classes, folds, seeds, synthetic }: Pick<CrossValidation, 'classes' | 'folds' | 'seeds' | 'synthetic'>,
): CrossValidation {
  const runs = tested.map(({ run }) => run);
  return {
    classes,
    folds,
    seeds,
    runs,
    accuracy: meanWithInterval(
      runs.map(({ evaluation }) => evaluation.accuracy.value),
      { testToTrain: 1 / (folds - 1), range: shareRange },
    ),
    predictions: tested.flatMap(({ predictions }) => predictions),
    synthetic,
  };
}

/**
 * Trains and tests over folds that keep patients whole, several times over; a fifth of each fold's training part, cut
 * off in the same way, tells the best epoch, with every preset. The base is opened once, and features are
 * computed once (or found in the cache), however many folds there are; with `refitNorm` once a fold, whose training
 * pictures they then depend on. Where the heads of frozen bases take long, all processors learn them, one each; the
 * figures are the same.
 * @param pictures the records, or a function that draws them anew for each seed
 * @throws InputError as `patientFolds` and `transferLearn` do; if the seeds' pictures are of different classes; if a
 * fold has fewer than `perClass` training pictures
 * @throws the signal's reason when interrupted; features that were computed are kept
 */
export async function crossValidate(
  pictures: readonly Xray[] | ((seed: number) => readonly Xray[]),
  options: CrossValidationOptions,
): Promise<CrossValidation> {
  const {
    folds = 5,
    seeds = [0, 1, 2],
    grouping = 'patient',
    perClass,
    fineTune: tuning,
    onProgress,
    ...rest
  } = options;
  checkWhole('folds', folds, 2);
  checkList('seeds', seeds, '[0, 1, 2]');
  if (!seeds.length) throw new InputError('seeds is empty; give one or more');
  const repeated = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (repeated !== undefined)
    throw new InputError(
      `seeds has ${repeated} twice; a division counted twice would make the interval too narrow`,
    );
  if (perClass !== undefined) checkWhole('perClass', perClass, 1);
  const divisions = seeds.map((seed) => {
    const xrays = typeof pictures === 'function' ? pictures(seed) : pictures;
    return {
      seed,
      xrays,
      divided: patientFolds(xrays, { folds, seed: checkWhole('seeds', seed, 0), grouping }),
    };
  });
  const classes = classesOf(divisions[0]!.xrays);
  const other = divisions.find(({ xrays }) => classesOf(xrays).join() !== classes.join());
  if (other)
    throw new InputError(
      `pictures of seed ${other.seed} are of ${classesOf(other.xrays).join(', ')}, those of seed ${seeds[0]} of ${classes.join(', ')}`,
    );
  let done = 0;
  const tryFold = async ({ seed, fold, parts: { train, test } }: Trial, learn?: LearnHead) => {
    const chosen = perClass === undefined ? train : drawPerClass(train, perClass, seed);
    const parts = { train: chosen, test, classes, seed, fold, grouping };
    const tested = await testFold(parts, { ...rest, onProgress, fineTune: tuning }, learn);
    onProgress?.({ stage: 'folds', done: ++done, total });
    return tested;
  };
  const trials = divisions.map(({ seed, divided }) => divided.map((parts, fold) => ({ seed, fold, parts })));
  const processors = availableParallelism();
  const total = folds * seeds.length;
  const tried: TimedFold[] = [];
  let threads: HeadThreads | undefined;
  try {
    for (const [first, ...others] of typeof pictures === 'function' ? trials : [trials.flat()]) {
      // Alone: it computes the features, and tells how long a head takes.
      tried.push(await tryFold(first!, threads?.learn));
      const learnable = !tuning && !rest.refitNorm && processors > 1;
      if (learnable && (total - tried.length) * tried[0]!.headSeconds > secondsWorthThreads)
        threads ??= startHeadThreads(processors);
      // One more than threads: the next is made ready meanwhile.
      const atOnce = threads ? processors + 1 : 1;
      tried.push(...(await bounded(others, atOnce, (trial) => tryFold(trial, threads?.learn))));
    }
  } finally {
    await threads?.close();
  }
  const synthetic = divisions.some(({ xrays }) => isSynthetic(xrays));
  return combineFolds(tried, { classes, folds, seeds, synthetic });
}
