import { createHash, randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { isRunning } from './running-process';

/** Tells machines that share a disk apart: of another one's processes nothing is known here. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

type Ending = 'tmp' | 'old';

const hiddenName = (file: string, ending: Ending): string =>
  path.join(
    path.dirname(file),
    `.${path.basename(file)}.${machine}-${process.pid}-${randomUUID().slice(0, 8)}.${ending}`,
  );

/** A name beside `file` for writing what will be renamed to it; on the same disk, so that renaming is atomic. */
export const temporaryName = (file: string): string => hiddenName(file, 'tmp');

/** A name beside a folder for it to have while another takes its place. */
export const replacedName = (folder: string): string => hiddenName(folder, 'old');

/** What processes of this machine that are no more left of `file` under names as above; whole paths. */
async function leftovers(file: string, endings: readonly Ending[]): Promise<string[]> {
  const folder = path.dirname(file);
  const start = `.${path.basename(file)}.${machine}-`;
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((name) => {
      const [, owner, ending] =
        (name.startsWith(start) && /^(\d+)-[0-9a-f]{8}\.(tmp|old)$/.exec(name.slice(start.length))) || [];
      return ending !== undefined && endings.includes(ending as Ending) && !isRunning(Number(owner));
    })
    .map((name) => path.join(folder, name));
}

/** Removes what killed processes of this machine left of `file`. What cannot be removed stays: it is in nobody's way. */
export async function removeLeftovers(file: string): Promise<void> {
  for (const leftover of await leftovers(file, ['tmp', 'old']))
    await rm(leftover, { recursive: true, force: true }).catch(() => undefined);
}

/** Gives a folder its name back that a process had moved aside when it was killed, before another took its place. */
export async function restoreReplaced(folder: string): Promise<void> {
  const [replaced] = await leftovers(folder, ['old']);
  // Fails where there is a folder of this name, which then is the newer one, unless that is empty.
  if (replaced) await rename(replaced, folder).catch(() => undefined);
}
