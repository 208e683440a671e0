import { stat, utimes } from 'node:fs/promises';

/** How often a file in use notes it, milliseconds. */
const noteUse = 60_000;

/** Notes that a file of the cache was used now: eviction takes those that were used longest ago. */
export async function touch(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  const now = Date.now();
  // A cache that may not be written can still be read.
  if (found && now - found.mtimeMs > noteUse)
    await utimes(file, now / 1000, now / 1000).catch(() => undefined);
}
