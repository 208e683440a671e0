import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './running-process';

const heartbeat = 5_000;
const staleAfter = 60_000;
const look = 200;

interface Owner {
  readonly host: string;
  readonly process: number;
  readonly id: string;
}

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** The text of a lock whose process is gone; undefined while it is held, or when it has just been given back. */
async function staleText(lock: string): Promise<string | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)]);
    if (Date.now() - mtimeMs > staleAfter) return text;
    // Empty for the moment between its making and its writing.
    const owner: Owner | undefined = text ? JSON.parse(text) : undefined;
    return owner && owner.host === hostname() && !isRunning(owner.process) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Renaming lets one of several waiters win; whoever moved a lock that was renewed meanwhile puts it back. */
async function removeStale(lock: string, text: string): Promise<void> {
  const aside = `${lock}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(lock, aside);
    const moved = await readFile(aside, 'utf8');
    if (moved === text) await rm(aside, { force: true });
    else await rename(aside, lock);
  } catch (error) {
    if (code(error) !== 'ENOENT') throw error;
  }
}

async function take(lock: string): Promise<string | undefined> {
  const id = randomUUID();
  const owner: Owner = { host: hostname(), process: process.pid, id };
  const text = JSON.stringify(owner);
  try {
    await writeFile(lock, text, { flag: 'wx' });
    return text;
  } catch (error) {
    if (code(error) === 'EEXIST') return undefined;
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
 * lock of a process that died is taken over: at once on the same computer, after a minute without a sign elsewhere.
 * @param lock path of the lock file; its folder must exist
 * @throws the signal's reason when aborted while waiting
 */
export async function withFileLock<T>(
  lock: string,
  work: () => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  let own: string | undefined;
  while (!(own = await take(lock))) {
    signal?.throwIfAborted();
    const stale = await staleText(lock);
    if (stale !== undefined) await removeStale(lock, stale);
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
    if ((await readFile(lock, 'utf8').catch(() => undefined)) === own) await rm(lock, { force: true });
  }
}
