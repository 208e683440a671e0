import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256, writeJson } from '../core/files';
import { cacheFolder } from '../core/settings';

/** Checksums of a file, lower-case hexadecimal. */
export interface Digests {
  readonly md5: string;
  readonly sha256: string;
}
interface Remembered extends Digests {
  readonly size: number;
  readonly modified: number;
}

async function compute(file: string): Promise<Digests> {
  const md5 = createHash('md5');
  const sha = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    md5.update(chunk);
    sha.update(chunk);
  }
  return { md5: md5.digest('hex'), sha256: sha.digest('hex') };
}

/**
 * Checksums of a file, read once: they are remembered in the cache for as long as the file has the same size and time
 * of change.
 */
export async function digestsOf(file: string): Promise<Digests> {
  const { size, mtimeMs: modified } = await stat(file);
  const note = path.join(
    cacheFolder(),
    'weights',
    '.checksums',
    `${sha256(path.resolve(file)).slice(0, 24)}.json`,
  );
  const remembered = await readFile(note, 'utf8')
    .then((text): Remembered => JSON.parse(text))
    .catch(() => undefined);
  if (remembered?.size === size && remembered.modified === modified) return remembered;
  const digests = await compute(file);
  // A cache that cannot be written costs time, not correctness.
  await writeJson(note, { file, size, modified, ...digests }).catch(() => undefined);
  return digests;
}
