import { type PossibleFigure, undefinedFigure } from './figure';
import { wilson } from './wilson';

/**
 * F1 = 2·TP / (2·TP + FP + FN) of one class, with an interval.
 *
 * F1 is no proportion, so Wilson's interval does not apply to it directly; but F1 = 2·F / (1 + F), a rising function of
 * F = TP / (TP + FP + FN), which is one (Hand, Christen and Kirielle 2021). Wilson's interval of F, carried through
 * that function, is the "Wilson indirect" interval of Lam, Gopal and Qian 2023 (arXiv:2309.14621).
 * @returns three nulls where the class neither occurs nor is predicted
 */
export function f1(truePositives: number, falsePositives: number, falseNegatives: number): PossibleFigure {
  const n = truePositives + falsePositives + falseNegatives;
  if (n === 0) return undefinedFigure;
  const { low, high } = wilson(truePositives, n);
  const rise = (share: number) => (2 * share) / (1 + share);
  return { value: (2 * truePositives) / (n + truePositives), low: rise(low), high: rise(high) };
}
