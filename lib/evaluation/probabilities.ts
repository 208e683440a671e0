import { InputError } from '../core/check';

/** What is wrong with a row of class probabilities, if anything is. Words are made only then: there may be a million rows. */
function wrongWith(row: readonly number[], classes: number): string | undefined {
  if (row.length !== classes) return `has ${row.length} items; there are ${classes} classes`;
  let sum = 0;
  for (const p of row) {
    if (!(p >= 0 && p <= 1 + 1e-6)) return `has ${p}; probabilities are numbers from 0 to 1`;
    sum += p;
  }
  return Math.abs(sum - 1) > 1e-3 ? `sums to ${sum}; probabilities of one picture sum to 1` : undefined;
}

/**
 * Checks rows of class probabilities: as many as there are classes, each in [0, 1], their sum 1 within 1e-3 (float32).
 * @throws InputError naming the row and what is wrong with it
 */
export function checkProbabilities(rows: readonly (readonly number[])[], classes: number): void {
  rows.forEach((row, i) => {
    const wrong = wrongWith(row, classes);
    if (wrong) throw new InputError(`probabilities[${i}] ${wrong}`);
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
