import { patientFolds } from '../dataset/patient-folds';
import type { Split, Xray } from '../dataset/xray';
import { fitLogistic, type Gram, logitOf } from './logistic';

/** Numbers of the pictures to learn from and to test on. */
export interface FoldOfNumbers {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Parts that pictures are divided into, each tested once. */
export const foldCount = 5;

/**
 * Folds by patient, or picture by picture as the article splits.
 * @throws InputError for a class with fewer patients than folds
 */
export function foldsOf(xrays: readonly Xray[], grouping: Split['grouping'], seed: number): FoldOfNumbers[] {
  const numbers = new Map(xrays.map((xray, i) => [xray, i]));
  const numberOf = (xray: Xray) => numbers.get(xray)!;
  return patientFolds(xrays, { folds: foldCount, seed, grouping }).map(({ train, test }) => ({
    train: train.map(numberOf),
    test: test.map(numberOf),
  }));
}

/**
 * Logits [pictures][classes], each by a logistic regression of one class against the others that was fitted to its
 * fold's training pictures. A picture that no fold tests keeps 0.
 * @param truth class number of each picture that may be trained on
 */
export function outOfFoldLogits(
  gram: Gram,
  truth: readonly number[],
  classCount: number,
  folds: readonly FoldOfNumbers[],
): number[][] {
  const count = gram.products.length / gram.trained;
  const logits = Array.from({ length: count }, () => new Array<number>(classCount).fill(0));
  // Of two classes one logit is the other's negative.
  const fitted = classCount === 2 ? [0] : Array.from({ length: classCount }, (_, c) => c);
  for (const { train, test } of folds)
    for (const c of fitted) {
      const positive = train.map((picture) => truth[picture] === c);
      const model = fitLogistic(gram, train, positive);
      for (const picture of test) logits[picture]![c] = logitOf(gram, model, picture);
    }
  if (classCount === 2) for (const row of logits) row[1] = -row[0]!;
  return logits;
}
