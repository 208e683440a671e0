import { InputError } from '../core/check';

/**
 * Checks rows of class probabilities: as many as there are classes, each in [0, 1], their sum 1 within 1e-3 (float32).
 * @throws InputError naming the row and what is wrong with it
 */
export function checkProbabilities(rows: readonly (readonly number[])[], classes: number): void {
  rows.forEach((row, i) => {
    const at = `probabilities[${i}]`;
    if (row.length !== classes)
      throw new InputError(`${at} has ${row.length} items; there are ${classes} classes`);
    const bad = row.find((p) => !(p >= 0 && p <= 1 + 1e-6));
    if (bad !== undefined) throw new InputError(`${at} has ${bad}; probabilities are numbers from 0 to 1`);
    const sum = row.reduce((total, p) => total + p, 0);
    if (Math.abs(sum - 1) > 1e-3)
      throw new InputError(`${at} sums to ${sum}; probabilities of one picture sum to 1`);
  });
}

/** The place of the largest item, the first of equals, as numpy.argmax has it. */
export function argmax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/**
 * Probabilities from logits: exp(z / T) / Σ exp(z / T).
 * @param temperature above 0; larger is less sure. Default 1
 */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp((logit - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
