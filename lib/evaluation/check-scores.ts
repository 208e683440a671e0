import { InputError, quote } from '../core/check';

/**
 * Checks that outcomes are true or false: 1 and 0, or names of classes, would all count as something else.
 * @throws InputError
 */
export function checkBooleans(name: string, values: readonly boolean[]): void {
  const bad = values.findIndex((value) => typeof value !== 'boolean');
  if (bad >= 0)
    throw new InputError(
      `${name}[${bad}] is ${quote(values[bad])}; it must be true or false, such as truth.map((name) => name === 'covid')`,
    );
}

/**
 * Checks scores and what they are of: as many of one as of the other, every score a number, every outcome true or false.
 * @throws InputError
 */
export function checkScores(scores: readonly number[], positives: readonly boolean[]): void {
  if (scores.length !== positives.length)
    throw new InputError(
      `scores has ${scores.length} items and positives has ${positives.length}; they must match`,
    );
  const bad = scores.findIndex((score) => typeof score !== 'number' || Number.isNaN(score));
  if (bad >= 0) throw new InputError(`scores[${bad}] is ${quote(scores[bad])}; it must be a number`);
  checkBooleans('positives', positives);
}

/**
 * Checks that there are positive and negative pictures.
 * @throws InputError saying how many of each there are
 */
export function checkBothKinds(positives: readonly boolean[]): void {
  const m = positives.filter(Boolean).length;
  const n = positives.length - m;
  if (m === 0 || n === 0)
    throw new InputError(`positives has ${m} positive and ${n} negative pictures; both are needed`);
}

/**
 * Who was X-rayed on each picture; without `patients` every picture counts as a patient of its own.
 * @throws InputError for another number of patients than of pictures
 */
export function patientsOf(count: number, patients?: readonly string[]): readonly string[] {
  if (patients && patients.length !== count)
    throw new InputError(`patients has ${patients.length} items; there are ${count} pictures`);
  return patients ?? Array.from({ length: count }, (_, i) => String(i));
}
