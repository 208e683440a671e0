import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from './check';
import { type Part, partOf, partSize, readPartState, removePart } from './download-part';
import { TryError, tryDownload } from './download-try';
import { withFileLock } from './file-lock';
import { commit, exists, hashFile } from './files';
import type { WorkOptions } from './progress';
import { writing } from './write-error';

export interface DownloadOptions extends WorkOptions {
  /** MD5 of the file in hexadecimal. */
  readonly md5?: string;
  /** SHA-256 of the file in hexadecimal; checked instead of the MD5 where both are given. */
  readonly sha256?: string;
  /** What to do without a connection, at the end of the error's message. Default: put the file where it belongs. */
  readonly byHand?: string;
  /** Requests before giving up. Default 5. */
  readonly tries?: number;
  /** Pause before the second try, ms; doubled for each further one. Default 500. */
  readonly pause?: number;
  /** Longest silence of the server, ms; then the connection counts as cut. Default 30 000. */
  readonly patience?: number;
  /** Most bytes of the file: a server that has no end must not fill the disk. Default 4 GiB. */
  readonly maxBytes?: number;
}

interface Wanted {
  readonly algorithm: 'md5' | 'sha256';
  readonly hash: string;
}

function wantedHash({ md5, sha256 }: DownloadOptions): Wanted | undefined {
  const [algorithm, hash] = sha256 === undefined ? (['md5', md5] as const) : (['sha256', sha256] as const);
  if (hash === undefined) return undefined;
  const digits = algorithm === 'md5' ? 32 : 64;
  if (!new RegExp(`^[0-9a-f]{${digits}}$`, 'i').test(hash))
    throw new InputError(`${algorithm} is "${hash}"; it must be ${digits} hexadecimal digits`);
  return { algorithm, hash: hash.toLowerCase() };
}

function checkAddress(url: string): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new InputError(`url is "${url}"; it must be an http or https address`);
}

/** Whether nothing is to be done. A file that no hash is known of is right: it has its name only since it was whole. */
async function isThere(file: string, wanted: Wanted | undefined): Promise<boolean> {
  if (!(await exists(file))) return false;
  return !wanted || (await hashFile(file, wanted.algorithm)) === wanted.hash;
}

async function failure(url: string, part: Part, error: TryError, file: string, byHand?: string) {
  const done = (await readPartState(part, url)) ? await partSize(part) : 0;
  const kept = done
    ? `; ${done} bytes are kept, run it again to go on from there`
    : '; run it again when there is a connection';
  return new InputError(
    `${url} cannot be downloaded: ${error.message}${error.kind === 'absent' ? '' : kept}. ` +
      (byHand ?? `Or fetch it elsewhere and put it at ${file}`),
    { cause: error },
  );
}

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  signal?.throwIfAborted();
}

async function downloadPart(url: string, file: string, part: Part, options: DownloadOptions): Promise<void> {
  const {
    byHand,
    maxBytes = 2 ** 32,
    onProgress,
    patience = 30_000,
    pause = 500,
    signal,
    tries = 5,
  } = options;
  const stage = `download ${path.basename(file)}`;
  let came = false;
  const onBytes = (done: number, total?: number) => {
    came ||= done > 0;
    onProgress?.({ stage, done, total });
  };
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await tryDownload(url, part, { maxBytes, onBytes, patience, signal });
    } catch (error) {
      if (!(error instanceof TryError)) throw error;
      // Without any connection another try is a wait for nothing; where it worked a moment ago, it is not.
      const hopeless = error.kind === 'absent' || (error.kind === 'offline' && !came);
      if (hopeless || attempt >= tries) throw await failure(url, part, error, file, byHand);
      await pauseFor(Math.max(error.wait, pause * 2 ** (attempt - 1)), signal);
    }
  }
}

async function checkPart(url: string, part: Part, wanted: Wanted): Promise<void> {
  const hash = await hashFile(part.file, wanted.algorithm);
  if (hash === wanted.hash) return;
  await removePart(part);
  const name = wanted.algorithm === 'md5' ? 'MD5' : 'SHA-256';
  throw new InputError(
    `${url} is not the expected file: its ${name} is ${hash}, not ${wanted.hash}; ` +
      'it was removed. Run it again; if it stays so, the file there has changed',
  );
}

/**
 * Lets one process at a time download a thing; those that wait are told.
 * @param part what has come of it so far, a file or a folder; the lock lies beside it
 * @param name that progress shows
 */
export function downloadInTurn<T>(
  part: string,
  name: string,
  work: () => Promise<T>,
  { onProgress, signal }: WorkOptions,
): Promise<T> {
  const note = 'waiting for another process that downloads it';
  const onWait = () => onProgress?.({ stage: `download ${name}`, done: 0, note });
  return withFileLock(`${part}.lock`, work, { onWait, signal });
}

/**
 * Downloads a file: whole and with the right hash, or not at all.
 *
 * What has come is kept in `FILE.part`, beside it `FILE.part.json` with the server's ETag or Last-Modified; a cut
 * connection, and the next call, go on from there as long as the server's file is the same. A file that is there with
 * the right hash (or of any content, when no hash is given) is left alone. Processes that want the same file take
 * turns by `FILE.part.lock`; those that waited find it done.
 *
 * @param url http or https; redirects are followed
 * @param file where to put it; folders are made
 * @throws InputError for a refused address, a wrong hash, too many bytes, no connection, or one that stays cut; the message says what to do
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<void> {
  checkAddress(url);
  const wanted = wantedHash(options);
  options.signal?.throwIfAborted();
  if (await isThere(file, wanted)) return;
  await writing(file, () => mkdir(path.dirname(file), { recursive: true }));
  const part = partOf(file);
  const work = async () => {
    if (await isThere(file, wanted)) return;
    await downloadPart(url, file, part, options);
    if (wanted) await checkPart(url, part, wanted);
    await commit(part.file, file);
    await removePart(part);
  };
  await downloadInTurn(part.file, path.basename(file), work, options);
}
