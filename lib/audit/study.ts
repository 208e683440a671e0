import { plural } from '../core/plural';
import { seededRandom } from '../core/random';
import { countPatients } from '../dataset/count-patients';
import type { Xray } from '../dataset/xray';
import type { PossibleFigure } from '../evaluation/figure';
import { areaFigure } from './area-figure';
import { type Gram, gramOf } from './logistic';
import { type FoldOfNumbers, foldsOf, outOfFoldLogits } from './out-of-fold';
import type { Rows } from './rows';

/** Divisions into folds; their logits are averaged, since one division is chance. */
const divisions = 3;
/** Patients that a class needs for a figure that means anything. */
export const fewestPatients = 20;

/** The pictures that the tests learn from, with what all tests share. */
export interface Study {
  readonly xrays: readonly Xray[];
  readonly classes: readonly string[];
  /** Class number of each picture. */
  readonly truth: readonly number[];
  readonly patients: readonly string[];
  readonly seed: number;
  /** One division into folds by patient each. */
  readonly divisions: readonly (readonly FoldOfNumbers[])[];
}

/** The class with too few patients, if there is one: why nothing can be learnt from these pictures. */
export function tooFewPatients(xrays: readonly Xray[], classes: readonly string[]): string | undefined {
  for (const label of classes) {
    const count = countPatients(xrays.filter((xray) => xray.label === label));
    if (count < fewestPatients)
      return `${plural(count, 'patient')} of class "${label}" ${count === 1 ? 'is' : 'are'} too few; ${fewestPatients} are needed`;
  }
  return undefined;
}

export function studyOf(xrays: readonly Xray[], classes: readonly string[], seed: number): Study {
  return {
    xrays,
    classes,
    truth: xrays.map(({ label }) => classes.indexOf(label)),
    patients: xrays.map(({ patientId }) => patientId),
    seed,
    divisions: Array.from({ length: divisions }, (_, i) => foldsOf(xrays, 'patient', seed + i)),
  };
}

/**
 * Logits [pictures][classes] from models that have not seen the picture's patient, averaged over the divisions.
 * @param gram of the study's pictures and, behind them, of others that are only judged: each by the models of one fold
 */
export function logitsOf({ classes, truth, divisions: all }: Study, gram: Gram): number[][] {
  const others = Array.from(
    { length: gram.products.length / gram.trained - gram.trained },
    (_, k) => gram.trained + k,
  );
  const each = all.map((folds) => {
    const withOthers = folds.map(({ train, test }, f) => ({
      train,
      test: [...test, ...others.filter((_, k) => k % folds.length === f)],
    }));
    return outOfFoldLogits(gram, truth, classes.length, withOthers);
  });
  return each[0]!.map((row, i) =>
    row.map((_, c) => each.reduce((sum, logits) => sum + logits[i]![c]!, 0) / each.length),
  );
}

/** How well classes are told apart by logits: AUROC with its interval, of more than two classes the mean over them. */
export const aurocOf = (study: Study, logits: readonly (readonly number[])[], name: string): PossibleFigure =>
  areaFigure(study, [logits], seededRandom(`${study.seed}/audit/${name}`));

/** AUROC of what rows of numbers tell of the class. */
export const aurocOfRows = (study: Study, rows: Rows, name: string): PossibleFigure =>
  aurocOf(study, logitsOf(study, gramOf(rows)), name);
