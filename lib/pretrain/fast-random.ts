import type { Random } from '../core/random';

/** A generator for the inner loops of drawing: uniform numbers of 32 bits. Its whole output follows from its start. */
export interface FastRandom {
  /** A whole number in [0, 2³²). */
  bits(): number;
  /** A number in [0, 1). */
  uniform(): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [0, n). */
  integer(n: number): number;
}

/**
 * Chris Doty-Humphrey's sfc32 (PractRand), about ten times as fast as `seededRandom`; a picture draws thousands of
 * numbers.
 * @param a, b, c the start, 32 bits each; equal starts give equal streams on every machine
 */
export function fastRandom(a: number, b: number, c: number): FastRandom {
  let counter = 1;
  const bits = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  const uniform = () => bits() / 4294967296;
  for (let i = 0; i < 12; i++) bits();
  return {
    bits,
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (n) => Math.floor(n * uniform()),
  };
}

/** One stream for each index, all of them following from one stream of the project's own: same index, same numbers. */
export function indexedRandom(random: Random): (index: number) => FastRandom {
  const [a, b] = [random.integer(2 ** 31), random.integer(2 ** 31)];
  return (index) => fastRandom(a, b, index);
}
