import { InputError } from '../core/check';

/** What a model says of pictures of known class: all that curves, thresholds and calibration are drawn from. */
export interface ScoredPictures {
  /** The classes, in the order of the probabilities. */
  readonly labels: readonly string[];
  /** The true class of each picture. */
  readonly truth: readonly string[];
  /** A row a picture, a column a class. */
  readonly probabilities: readonly (readonly number[])[];
  /** Who was X-rayed on each picture. */
  readonly patients: readonly string[];
}

/** One class against all others. */
export interface ClassScores {
  /** The probability of the class, a picture each. */
  readonly scores: readonly number[];
  /** Whether each picture is of the class. */
  readonly positives: readonly boolean[];
}

/**
 * One class against all others: what the functions of two outcomes take.
 * @throws InputError for a class that is none of the labels
 */
export function oneVsRest({ labels, truth, probabilities }: ScoredPictures, label: string): ClassScores {
  const column = labels.indexOf(label);
  if (column < 0) throw new InputError(`label is "${label}"; choose one of ${labels.join(', ')}`);
  return {
    scores: probabilities.map((row) => row[column]!),
    positives: truth.map((name) => name === label),
  };
}
