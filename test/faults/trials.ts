import type { Random } from '../../lib/core/random';

/**
 * How often each fault is tried: XRAY_KILLS=100 for the table in docs/limits.md, without it once. More than there are
 * writes are all of them, once each.
 */
export const tried = Number(process.env.XRAY_KILLS ?? 1);

/** XRAY_KILLS_BEFORE=30 goes on after the first thirty of the same random numbers, for what is tried in parts. */
const triedBefore = Number(process.env.XRAY_KILLS_BEFORE ?? 0);

/** So many random numbers, after those of the trials before. */
export const drawn = (count: number, next: () => number): number[] =>
  Array.from({ length: triedBefore + count }, next).slice(triedBefore);

/** As many of a command's writes, from 1, as are to be tried: in random order, none twice, none of the trials before. */
export const drawnWrites = (writes: number, random: Random): number[] =>
  random.shuffle(Array.from({ length: writes }, (_, i) => i + 1)).slice(triedBefore, triedBefore + tried);

/**
 * Tries a fault so many times. A trial that fails does not keep the others from being tried.
 * @throws Error with how many failed, which, and why
 */
export async function trials(count: number, tryOnce: (i: number) => Promise<void>): Promise<void> {
  const failures: string[] = [];
  for (let i = 0; i < count; i++)
    await tryOnce(i).catch((error: Error) => failures.push(`trial ${i}: ${error.message}`));
  if (failures.length) throw new Error(`${failures.length} of ${count} failed\n${failures.join('\n')}`);
}
