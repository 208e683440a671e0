import type { Random } from '../core/random';

/**
 * How many of each class to draw so that `draws` in all are as near the classes' shares as can be: the largest
 * remainders are rounded up, ties at random. scikit-learn's `_approximate_mode`, behind its stratified splits.
 * @param counts pictures of each class
 * @param draws at most their sum
 */
export function allocate(counts: readonly number[], draws: number, random: Random): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return counts.map(() => 0);
  const exact = counts.map((count) => (count / total) * draws);
  const whole = exact.map(Math.floor);
  const rest = draws - whole.reduce((sum, count) => sum + count, 0);
  const order = random.shuffle(counts.map((_, index) => index));
  order.sort((a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!));
  for (const index of order.slice(0, rest)) whole[index]!++;
  return whole;
}
