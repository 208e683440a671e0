import { createHash, randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isRunning, ownMachine } from './running-process';

/** Tells machines that share a disk apart: of another one's processes nothing is known here. */
const machine = createHash('sha256').update(ownMachine).digest('hex').slice(0, 8);

type Ending = 'tmp' | 'old';

const hiddenName = (file: string, ending: Ending): string =>
  path.join(
    path.dirname(file),
    `.${path.basename(file)}.${machine}-${process.pid}-${randomUUID().slice(0, 8)}.${ending}`,
  );

const leftoverName = new RegExp(`^\\.(.+)\\.${machine}-(\\d+)-[0-9a-f]{8}\\.(tmp|old)$`, 's');

/** A name beside `file` for writing what will be renamed to it; on the same disk, so that renaming is atomic. */
export const temporaryName = (file: string): string => hiddenName(file, 'tmp');

/** A name beside a folder for it to have while another takes its place. */
export const replacedName = (folder: string): string => hiddenName(folder, 'old');

/** The target and the ending of a name as above that a process of this machine has given which is no more. */
function leftBy(name: string): { target: string; ending: Ending } | undefined {
  const [, target, owner, ending] = leftoverName.exec(name) ?? [];
  return target !== undefined && !isRunning(Number(owner)) ? { target, ending: ending as Ending } : undefined;
}

/** Whole paths of what dead processes left in a folder, as far as it `counts`. */
async function leftovers(
  folder: string,
  counts: (target: string, ending: Ending) => boolean,
): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((name) => {
      const left = leftBy(name);
      return left !== undefined && counts(left.target, left.ending);
    })
    .map((name) => path.join(folder, name));
}

// What cannot be removed stays: it is in nobody's way.
async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { recursive: true, force: true }).catch(() => undefined);
}

/** Removes what killed processes of this machine left of a file or folder. */
export async function removeLeftovers(file: string): Promise<void> {
  await removeAll(await leftovers(path.dirname(file), (target) => target === path.basename(file)));
}

const cleaned = new Set<string>();

/**
 * Removes what killed processes of this machine had not finished in a folder, once a process: who writes ten thousand
 * files into it must not list it ten thousand times. What they had moved aside stays: it may have to be put back.
 */
export async function removeLeftoversOnce(folder: string): Promise<void> {
  if (cleaned.has(folder)) return;
  cleaned.add(folder);
  await removeAll(await leftovers(folder, (_, ending) => ending === 'tmp'));
}

/** Gives a folder its name back that a process had moved aside when it was killed, before another took its place. */
export async function restoreReplaced(folder: string): Promise<void> {
  const isOfFolder = (target: string, ending: Ending) => target === path.basename(folder) && ending === 'old';
  const [replaced] = await leftovers(path.dirname(folder), isOfFolder);
  // Fails where there is a folder of this name, which then is the newer one, unless that is empty.
  if (replaced) await rename(replaced, folder).catch(() => undefined);
}
