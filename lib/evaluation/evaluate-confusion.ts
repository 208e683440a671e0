import { checkWhole, InputError } from '../core/check';
import { checkLabels } from './confusion-matrix';
import type { ClassFigures, Evaluation } from './evaluation';
import { f1 } from './f1';
import { proportion, wilson } from './wilson';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function classFigures(confusion: readonly (readonly number[])[], k: number, count: number): ClassFigures {
  const support = sum(confusion[k]!);
  const predicted = sum(confusion.map((row) => row[k]!));
  const right = confusion[k]![k]!;
  const sensitivity = proportion(right, support);
  return {
    sensitivity,
    recall: sensitivity,
    specificity: proportion(count - support - predicted + right, count - support),
    precision: proportion(right, predicted),
    f1: f1(right, predicted - right, support - right),
    support,
  };
}

/**
 * The figures that follow from counts alone, such as those of an article's confusion matrix.
 * @param confusion [classes][classes] counts; rows are true, columns predicted
 * @param labels the classes, in the order of rows and columns
 * @throws InputError for a matrix that is not square, not of whole numbers, or empty
 */
export function evaluateConfusion(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
): Evaluation {
  checkLabels(labels);
  const size = labels.length;
  if (confusion.length !== size || confusion.some((row) => row.length !== size))
    throw new InputError(
      `confusion must have ${size} rows of ${size} counts, one for each of ${labels.join(', ')}`,
    );
  confusion.forEach((row, i) => {
    row.forEach((n, j) => {
      checkWhole(`confusion[${i}][${j}]`, n, 0);
    });
  });
  const count = sum(confusion.map(sum));
  if (count === 0) throw new InputError('confusion has no pictures; nothing can be evaluated');
  return {
    labels: [...labels],
    confusion: confusion.map((row) => [...row]),
    count,
    accuracy: wilson(sum(confusion.map((row, k) => row[k]!)), count),
    perClass: Object.fromEntries(labels.map((label, k) => [label, classFigures(confusion, k, count)])),
  };
}
