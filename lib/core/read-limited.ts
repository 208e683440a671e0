import { readFile, stat } from 'node:fs/promises';
import { InputError } from './check';

/** A description in JSON is read up to so many bytes: a model's of a million pictures has 70 MB. */
export const mostJson = 256_000_000;

/** A table in CSV is read up to so many bytes: one of a million pictures has so many. */
export const mostTable = 256_000_000;

/**
 * A file's bytes, if they are not more than `most`: a larger one is refused before it is in memory.
 * @throws InputError for a larger one, and for what is no file; else the file system's error
 */
export async function readLimited(file: string, most: number): Promise<Buffer> {
  const found = await stat(file);
  if (!found.isFile()) throw new InputError(`${file} is no file`);
  if (found.size > most)
    throw new InputError(`${file} has ${found.size} bytes; such a file of more than ${most} is not read`);
  return readFile(file);
}
