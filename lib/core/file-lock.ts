import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ownMachine, processBeginning } from './running-process';
import { writing } from './write-error';

const heartbeat = 5_000;
const staleAfter = 60_000;
/** A lock is empty between its making and its writing; one that stays so belongs to a process that died then. */
const emptyFor = 5_000;
const look = 200;

interface Owner {
  readonly host: string;
  readonly process: number;
  /** See `processBeginning`. */
  readonly began?: string;
  readonly id: string;
}

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * For how long a file has been seen as it is, milliseconds; by a clock that nobody sets, because those of machines differ,
 * and are put right.
 */
type Unchanged = (file: string, state: string) => number;

function watch(): Unchanged {
  const seen = new Map<string, { readonly state: string; readonly since: number }>();
  return (file, state) => {
    const now = performance.now();
    if (seen.get(file)?.state !== state) seen.set(file, { state, since: now });
    return now - seen.get(file)!.since;
  };
}

/** The text of a lock whose process is gone; undefined while it is held, or when it has just been given back. */
async function staleText(lock: string, unchanged: Unchanged): Promise<string | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)]);
    const quiet = unchanged(lock, `${mtimeMs} ${text}`);
    if (!text) return Math.max(quiet, Date.now() - mtimeMs) > emptyFor ? text : undefined;
    const owner: Owner = JSON.parse(text);
    const isGone = owner.host === ownMachine && !isRunning(owner.process, owner.began);
    return isGone || quiet > staleAfter ? text : undefined;
  } catch {
    return undefined;
  }
}

/** One of several waiters removes a stale lock, and looks again before: another may have taken it over meanwhile. */
async function removeStale(lock: string, text: string, unchanged: Unchanged): Promise<void> {
  const breaking = `${lock}.breaking`;
  try {
    await writeFile(breaking, '', { flag: 'wx' });
  } catch (error) {
    if (code(error) !== 'EEXIST') throw error;
    const quiet = await stat(breaking).then(
      ({ mtimeMs }) => unchanged(breaking, `${mtimeMs}`),
      () => 0,
    );
    if (quiet > emptyFor) await rm(breaking, { force: true });
    await sleep(look / 10);
    return;
  }
  try {
    if ((await readFile(lock, 'utf8').catch(() => undefined)) === text) await rm(lock, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

async function take(lock: string): Promise<string | undefined> {
  const owner: Owner = {
    host: ownMachine,
    process: process.pid,
    began: processBeginning(process.pid),
    id: randomUUID(),
  };
  const text = JSON.stringify(owner);
  try {
    await writeFile(lock, text, { flag: 'wx' });
    return text;
  } catch (error) {
    if (code(error) === 'EEXIST') return undefined;
    // It was made, and could not be written.
    await rm(lock, { force: true }).catch(() => undefined);
    throw error;
  }
}

export interface LockOptions {
  /** Called at every look while another process holds the lock. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while holding a lock file, so that one process at a time works on what it guards; the others wait. The
 * lock of a process that died is taken over: at once on the same computer, elsewhere after waiting a minute without a sign
 * of it, whatever the clocks say.
 * @param lock path of the lock file; its folder must exist
 * @throws the signal's reason when aborted while waiting
 */
export async function withFileLock<T>(
  lock: string,
  work: () => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  const unchanged = watch();
  let own: string | undefined;
  while (!(own = await writing(lock, () => take(lock)))) {
    signal?.throwIfAborted();
    const stale = await staleText(lock, unchanged);
    if (stale !== undefined) await writing(lock, () => removeStale(lock, stale, unchanged));
    else {
      onWait?.();
      await sleep(look, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
  const alive = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, heartbeat);
  alive.unref();
  try {
    return await work();
  } finally {
    clearInterval(alive);
    // Taken over by another (this process slept for long): theirs stays.
    // One that cannot be removed is stale when this process ends.
    if ((await readFile(lock, 'utf8').catch(() => undefined)) === own)
      await rm(lock, { force: true }).catch(() => undefined);
  }
}
