import { checkNumber } from '../core/check';
import { incompleteBeta } from './incomplete-beta';

/** Probability that Student's t with `degrees` degrees of freedom exceeds t ≥ 0. */
const upperTail = (t: number, degrees: number): number =>
  incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;

/**
 * The point below which Student's t distribution has probability `p`: 2.776445 for 0.975 and 4 degrees of freedom.
 * @param p in [0.5, 1)
 * @param degrees of freedom, 1 or more
 * @throws InputError outside of these
 */
export function studentQuantile(p: number, degrees: number): number {
  checkNumber('p', p, 0.5, 1 - 1e-12);
  checkNumber('degrees', degrees, 1, 1e9);
  let low = 0;
  let high = 1;
  while (upperTail(high, degrees) > 1 - p) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, degrees) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
