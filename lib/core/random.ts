import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded stream of random numbers. The only source of randomness in this project; always an argument. */
export interface Random {
  /** A number in [0, 1). */
  uniform(): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [0, n). */
  integer(n: number): number;
  /** A number from the normal distribution with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number;
  /** A new array with the same items in random order (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** A stream of its own, independent of how much of this one was drawn: same seed and label, same stream. */
  fork(label: string | number): Random;
}

/**
 * A generator (xoroshiro128+) whose whole output follows from `seed`.
 * @param seed any number or text; equal seeds give equal streams on every machine
 */
export function seededRandom(seed: number | string): Random {
  const generator = xoroshiro128plus(createHash('sha256').update(String(seed)).digest().readInt32LE(0));
  const uniform = () => uniformFloat64(generator);
  const integer = (n: number) => uniformInt(generator, 0, n - 1);
  return {
    uniform,
    integer,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
}
