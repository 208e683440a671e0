import { checkList, InputError } from '../core/check';
import type { Xray } from '../dataset/xray';
import { type CrossValidation, type CrossValidationOptions, crossValidate } from './cross-validate';

/** As for `crossValidate`, but with several numbers of training pictures. */
export interface LearningCurveOptions extends Omit<CrossValidationOptions, 'perClass'> {
  /** Training pictures a class, each number tried. Default 5, 10, 20, 40, 69. */
  readonly perClass?: readonly number[];
}

/** What so many training pictures reach. */
export interface LearningPoint extends Pick<CrossValidation, 'accuracy' | 'synthetic'> {
  readonly perClass: number;
  /** Every run behind the figure. */
  readonly validation: CrossValidation;
}

/**
 * Accuracy by number of training pictures: a cross-validation for each, in which only so many pictures a class of each
 * fold's training part are used; smaller numbers are parts of larger ones, and all are tested on the same held-out
 * patients. The intervals take the runs for as much alike as those with all training pictures, which is on the safe
 * side: fewer have less in common.
 * @returns by number of pictures, ascending
 * @throws InputError as `crossValidate` does
 */
export async function learningCurve(
  xrays: readonly Xray[],
  { perClass = [5, 10, 20, 40, 69], ...options }: LearningCurveOptions,
): Promise<LearningPoint[]> {
  checkList('perClass', perClass, '[5, 10, 20]');
  if (!perClass.length) throw new InputError('perClass is empty; give one number of pictures or more');
  const points: LearningPoint[] = [];
  // The largest first: if there are too few pictures for it, that is said before anything is trained.
  for (const count of [...perClass].sort((a, b) => b - a)) {
    const validation = await crossValidate(xrays, { ...options, perClass: count });
    points.unshift({
      perClass: count,
      accuracy: validation.accuracy,
      synthetic: validation.synthetic,
      validation,
    });
  }
  return points;
}
