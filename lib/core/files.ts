import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InputError } from './check';
import { folderToWrite } from './folder-to-write';
import {
  removeLeftovers,
  removeLeftoversOnce,
  replacedName,
  restoreReplaced,
  temporaryName,
} from './temporary-name';
import { asWriteError, WriteError, writing } from './write-error';

/** SHA-256 of bytes or text, in lower-case hexadecimal. */
export const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** Digest of a file read as a stream, in lower-case hexadecimal. */
export async function hashFile(file: string, algorithm: 'sha256' | 'md5' = 'sha256'): Promise<string> {
  const hash: Hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Whether something exists at `file`. */
export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * Names in a folder that is to be written as a whole; none where there is no such folder yet.
 * @throws InputError if it is a file, cannot be read, or must not be replaced: see `folderToWrite`
 */
export async function entriesOf(folder: string): Promise<string[]> {
  return readdir(await folderToWrite(folder)).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`${folder} is no folder that could be written to (${error.code}); name another`);
  });
}

async function flush(target: string): Promise<void> {
  const handle = await open(target, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Puts a folder in another's place; of several processes that do so at once, the last one's stays. */
async function replaceFolder(temporary: string, target: string): Promise<void> {
  const replaced: string[] = [];
  for (let tries = 1; ; tries++) {
    const aside = replacedName(target);
    try {
      await rename(target, aside);
      replaced.push(aside);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    try {
      await rename(temporary, target);
      break;
    } catch (error) {
      // Another process was quicker.
      if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') && tries < 100) continue;
      const last = replaced.at(-1);
      if (last) await rename(last, target).catch(() => undefined);
      throw error;
    }
  }
  // What cannot be removed is a leftover, and goes with the next ones.
  for (const former of replaced) await rm(former, { recursive: true, force: true }).catch(() => undefined);
}

/**
 * Gives a finished temporary file or folder its name. Whoever looks sees the old content or the new, never a part.
 * A folder replaces an existing folder of that name, which is put back if that fails.
 * @throws WriteError naming the target where the system refuses
 */
export const commit = (temporary: string, target: string): Promise<void> =>
  writing(target, async () => {
    if ((await stat(temporary)).isDirectory()) await replaceFolder(temporary, target);
    else {
      await flush(temporary);
      await rename(temporary, target);
    }
    if (process.platform !== 'win32') await flush(path.dirname(target));
  });

/** Removes what was not finished, while another failure is on its way to the user, who shall hear of that one. */
const discard = (temporary: string): Promise<void> =>
  rm(temporary, { recursive: true, force: true }).catch(() => undefined);

/**
 * Writes a file whole or not at all: temporary name, fsync, rename. Makes the folder where needed, and removes what killed
 * processes left unfinished in it, the first time that this process writes there.
 * @throws WriteError where the system refuses
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await writing(file, async () => {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(temporary, data, { flag: 'wx' });
      await commit(temporary, file);
    });
  } catch (error) {
    await discard(temporary);
    throw error;
  }
  await removeLeftoversOnce(path.dirname(path.resolve(file)));
}

/** Writes an object as indented JSON, whole or not at all. */
export const writeJson = (file: string, value: unknown): Promise<void> =>
  writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);

/** A failure while a temporary folder was filled, told of the folder that it was to become. */
function asFolderError(thrown: unknown, temporary: string, target: string): unknown {
  const { dest, file, path: place, syscall } = thrown as Record<string, string | undefined>;
  const inside = [file, dest, place].find((name) => name?.startsWith(temporary));
  if (inside) {
    const named = path.join(target, path.relative(temporary, inside));
    return thrown instanceof WriteError
      ? new WriteError(named, thrown.code, thrown)
      : asWriteError(thrown, named);
  }
  // What fails while it writes has no path.
  return place === undefined && syscall !== 'read' ? asWriteError(thrown, target) : thrown;
}

/**
 * Writes a folder whole or not at all: `write` fills a temporary one beside it, which then takes its name and replaces a
 * former folder, the one behind it where it is a link. What killed processes left of it is removed; a former folder that
 * one of them had moved aside is put back first.
 * @returns what `write` returns
 * @throws WriteError where the system refuses; InputError for what must not be replaced: see `folderToWrite`
 */
export async function writeFolderAtomic<T>(
  folder: string,
  write: (temporary: string) => Promise<T>,
): Promise<T> {
  const target = await folderToWrite(folder);
  const temporary = temporaryName(target);
  try {
    await restoreReplaced(target);
    // What cannot be made may be a folder above it.
    await writing(target, () => mkdir(temporary, { recursive: true }));
    const written = await write(temporary);
    await commit(temporary, target);
    await removeLeftovers(target);
    return written;
  } catch (error) {
    await discard(temporary);
    throw asFolderError(error, temporary, target);
  }
}
