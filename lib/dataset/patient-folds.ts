import { checkChoice, checkWhole, InputError } from '../core/check';
import { seededRandom } from '../core/random';
import { checkXrays } from './check-xrays';
import { classesOf } from './classes-of';
import { imageGroups, patientGroups } from './patient-groups';
import type { Split, Xray } from './xray';

/** One fold: what to learn from, what to test on. */
export interface Fold {
  readonly train: readonly Xray[];
  readonly test: readonly Xray[];
}

export interface FoldOptions {
  /** 2 or more. */
  readonly folds: number;
  /** Default 42. */
  readonly seed?: number;
  /** `image`: picture by picture, as the article splits; pictures of one person may then be on both sides. Default `patient`. */
  readonly grouping?: Split['grouping'];
}

/**
 * Divides records for cross-validation: every picture is tested once, nobody is on two sides of a fold, each fold
 * has about the same number of each class. Identical pictures count as one patient.
 * @throws InputError for fewer than two folds, or a class with fewer patients (or pictures) than folds
 */
export function patientFolds(
  xrays: readonly Xray[],
  { folds, seed = 42, grouping = 'patient' }: FoldOptions,
): Fold[] {
  checkXrays(xrays);
  checkWhole('folds', folds, 2);
  checkChoice('grouping', grouping, ['patient', 'image']);
  const ungrouped = grouping === 'image' ? imageGroups(xrays) : patientGroups(xrays);
  const groups = seededRandom(seed).fork('folds').shuffle(ungrouped);
  const classes = classesOf(xrays);
  if (classes.length === 0) throw new InputError('xrays is empty; there is nothing to fold');
  const tests = Array.from({ length: folds }, (): Xray[] => []);
  for (const label of classes) {
    const own = groups.filter((group) => group.label === label);
    if (own.length < folds)
      throw new InputError(
        `folds is ${folds}, but class "${label}" has ${own.length} ${grouping === 'image' ? 'pictures' : 'patients'}; use fewer folds`,
      );
    const counts = new Array<number>(folds).fill(0);
    const emptier = (a: number, b: number) => counts[a]! - counts[b]! || tests[a]!.length - tests[b]!.length;
    // The largest patients first: what comes later can still even the folds out.
    for (const { xrays: pictures } of own.sort((a, b) => b.xrays.length - a.xrays.length)) {
      const fold = counts.map((_, index) => index).reduce((best, i) => (emptier(i, best) < 0 ? i : best));
      for (const picture of pictures) tests[fold]!.push(picture);
      counts[fold]! += pictures.length;
    }
  }
  return tests.map((test, fold) => ({ train: tests.filter((_, other) => other !== fold).flat(), test }));
}
