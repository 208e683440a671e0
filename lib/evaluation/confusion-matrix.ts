import { InputError } from '../core/check';

/**
 * Checks class names: two or more, all different, none empty.
 * @throws InputError
 */
export function checkLabels(labels: readonly string[]): readonly string[] {
  if (labels.length < 2)
    throw new InputError(`labels are [${labels.join(', ')}]; two or more classes are needed`);
  const bad = labels.find((label, i) => !label || labels.indexOf(label) !== i);
  if (bad !== undefined)
    throw new InputError(`labels has "${bad}" ${bad ? 'twice' : 'as a name'}; names must differ`);
  return labels;
}

/**
 * Where each name stands in `labels`.
 * @throws InputError naming the parameter, the first unknown name and the known ones
 */
export function indexLabels(name: string, values: readonly string[], labels: readonly string[]): number[] {
  const indices = new Map(labels.map((label, i) => [label, i]));
  return values.map((value, i) => {
    const index = indices.get(value);
    if (index !== undefined) return index;
    throw new InputError(`${name}[${i}] is "${value}"; it must be one of ${labels.join(', ')}`);
  });
}

/**
 * Counts predictions: row i, column j is how many pictures of class i were called class j.
 * @param truth the true class of each picture
 * @param predicted the predicted class of each picture, in the same order
 * @param labels all classes, in the order of rows and columns
 * @returns [labels.length][labels.length] whole numbers; rows are true, columns predicted
 * @throws InputError for no pictures, different lengths, or a class not in `labels`
 */
export function confusionMatrix(
  truth: readonly string[],
  predicted: readonly string[],
  labels: readonly string[],
): number[][] {
  checkLabels(labels);
  checkLengths('predicted', predicted.length, truth.length);
  const rows = indexLabels('truth', truth, labels);
  const columns = indexLabels('predicted', predicted, labels);
  const counts = labels.map(() => labels.map(() => 0));
  rows.forEach((row, i) => {
    counts[row]![columns[i]!]! += 1;
  });
  return counts;
}

/**
 * Checks that there is something to evaluate and that it is as long as the truth.
 * @throws InputError
 */
export function checkLengths(name: string, length: number, truthLength: number): void {
  if (truthLength === 0) throw new InputError('truth is empty; nothing can be evaluated without pictures');
  if (length !== truthLength)
    throw new InputError(`${name} has ${length} items and truth has ${truthLength}; they must match`);
}
