import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InputError } from './check';

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
 * Names in a folder that is to be written; none where there is no such folder yet.
 * @throws InputError if it is a file, or cannot be read
 */
export const entriesOf = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`${folder} is no folder that could be written to (${error.code}); name another`);
  });

/** A name beside `file` for writing what will be renamed to it; on the same disk, so that renaming is atomic. */
export const temporaryName = (file: string): string =>
  path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`);

async function flush(target: string): Promise<void> {
  const handle = await open(target, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives a finished temporary file or folder its name. Whoever looks sees the old content or the new, never a part.
 * A folder replaces an existing folder of that name, which is put back if that fails.
 */
export async function commit(temporary: string, target: string): Promise<void> {
  const folder = (await stat(temporary)).isDirectory();
  if (!folder) await flush(temporary);
  const replaced = folder && (await exists(target)) ? temporaryName(target) : undefined;
  if (replaced) await rename(target, replaced);
  try {
    await rename(temporary, target);
  } catch (error) {
    if (replaced) await rename(replaced, target);
    throw error;
  }
  if (replaced) await rm(replaced, { recursive: true, force: true });
  if (process.platform !== 'win32') await flush(path.dirname(target));
}

/** Writes a file whole or not at all: temporary name, fsync, rename. Makes the folder where needed. */
export async function writeFileAtomic(file: string, data: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = temporaryName(file);
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(data);
    await handle.close();
    await commit(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes an object as indented JSON, whole or not at all. */
export const writeJson = (file: string, value: unknown): Promise<void> =>
  writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);

/**
 * Writes a folder whole or not at all: `write` fills a temporary one beside it, which then takes its name and replaces a
 * former folder.
 * @returns what `write` returns
 */
export async function writeFolderAtomic<T>(
  folder: string,
  write: (temporary: string) => Promise<T>,
): Promise<T> {
  const target = path.resolve(folder);
  const temporary = temporaryName(target);
  try {
    await mkdir(temporary, { recursive: true });
    const written = await write(temporary);
    await commit(temporary, target);
    return written;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}
