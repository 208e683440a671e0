import { InputError } from '../core/check';
import { checkBooleans } from './check-scores';
import type { Figure } from './figure';
import { incompleteBeta } from './incomplete-beta';
import { twoSidedP } from './normal-distribution';
import { zOf } from './wilson';

/** Two models on the same pictures. */
export interface McNemar {
  /** Pictures that both, only the first, only the second, and neither got right. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** Accuracy of the first minus that of the second, with its interval. */
  readonly difference: Figure;
  /** Two-sided exact p: twice the binomial tail of the smaller count, at most 1. */
  readonly exactP: number;
  /** (|onlyFirst − onlySecond| − 1)² / (onlyFirst + onlySecond), Edwards' continuity correction; 0 where they are equal. */
  readonly chiSquare: number;
  /** Its p, from the chi-square distribution with one degree of freedom; meant for 25 or more such pictures. */
  readonly chiSquareP: number;
}

/** The probability of k or fewer heads in n throws of a coin. */
const binomialTail = (k: number, n: number): number => (k >= n ? 1 : incompleteBeta(0.5, n - k, k + 1));

/**
 * McNemar's test (1947): do two models differ in how many of the same pictures they get right? Only pictures that one
 * got right and the other wrong tell. The interval of the difference is Bonett and Price's (2012), which adds half a
 * picture to each of those counts and so keeps its width where they are 0. Pictures of one patient count as
 * independent; for several a patient use `clusteredBootstrap`.
 * @param first whether the first model was right, picture by picture
 * @param second whether the second was, for the same pictures
 * @param confidence of the two-sided interval, in (0, 1); default 0.95
 * @throws InputError for no pictures, different lengths, or what is neither true nor false
 */
export function mcnemar(first: readonly boolean[], second: readonly boolean[], confidence = 0.95): McNemar {
  if (first.length !== second.length)
    throw new InputError(
      `first has ${first.length} items and second has ${second.length}; they must be of the same pictures`,
    );
  const n = first.length;
  if (n === 0) throw new InputError('first is empty; nothing can be compared without pictures');
  checkBooleans('first', first);
  checkBooleans('second', second);
  const count = (a: boolean, b: boolean) => first.filter((right, i) => right === a && second[i] === b).length;
  const [onlyFirst, onlySecond] = [count(true, false), count(false, true)];
  const differing = onlyFirst + onlySecond;
  const gap = Math.abs(onlyFirst - onlySecond);
  const chiSquare = differing === 0 ? 0 : Math.max(0, gap - 1) ** 2 / differing;
  const [p, q] = [(onlyFirst + 1) / (n + 2), (onlySecond + 1) / (n + 2)];
  const half = zOf(confidence) * Math.sqrt((p + q - (p - q) ** 2) / (n + 2));
  return {
    both: count(true, true),
    onlyFirst,
    onlySecond,
    neither: count(false, false),
    difference: {
      value: (onlyFirst - onlySecond) / n,
      low: Math.max(-1, p - q - half),
      high: Math.min(1, p - q + half),
    },
    exactP: Math.min(1, 2 * binomialTail(Math.min(onlyFirst, onlySecond), differing)),
    chiSquare,
    chiSquareP: twoSidedP(Math.sqrt(chiSquare)),
  };
}
