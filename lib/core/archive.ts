import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type ReadEntry } from 'tar';
import { asError, InputError } from './check';
import { commit } from './files';
import type { WorkOptions } from './progress';
import { temporaryName } from './temporary-name';
import { asWriteError } from './write-error';

export interface ExtractOptions extends WorkOptions {
  /** Leading folders left out of the entries' names. Default 1: archives of a repository have one on top. */
  readonly strip?: number;
  /** Most entries, taken or not. Default 100 000. */
  readonly maxEntries?: number;
  /** Most bytes of the unpacked archive, taken or not. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Which entries to take, by their name in `to`, folders separated by `/`. Default: all. */
  readonly filter?: (name: string) => boolean;
}

/** What was taken from an archive. */
export interface Extracted {
  readonly files: number;
  /** Bytes of these files. */
  readonly bytes: number;
}

const fileTypes = new Set(['File', 'OldFile', 'ContiguousFile']);
const readable = (name: string) => JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);

/** What is wrong with an entry's name wherever it would land; undefined for nothing. */
function badName(name: string): string | undefined {
  if (/^([\\/]|[a-z]:)/i.test(name)) return 'has an absolute path';
  if (name.split(/[\\/]/).includes('..')) return 'leads out of the folder';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such names are refused
  return /[\0-\x1f]/.test(name) ? 'has control characters in its name' : undefined;
}

function badType(type: string): string | undefined {
  if (type === 'Directory' || fileTypes.has(type)) return undefined;
  if (type === 'SymbolicLink' || type === 'Link')
    return `is a ${type === 'Link' ? 'hard' : 'symbolic'} link, which is not followed`;
  return `is neither a file nor a folder (${type})`;
}

/** Judges entries as they come; the first fault ends the work. */
class Gate {
  fault?: InputError;
  files = 0;
  bytes = 0;
  #entries = 0;
  #unpacked = 0;
  #last = 'its first entry';

  constructor(
    readonly archive: string,
    readonly options: Required<Pick<ExtractOptions, 'strip' | 'maxEntries' | 'maxBytes' | 'filter'>>,
  ) {}

  refuse(what: string): false {
    this.fault ??= new InputError(`${this.archive} is refused: ${what}; nothing was extracted`);
    return false;
  }

  readonly takes = (name: string, entry: ReadEntry): boolean => {
    const { filter, maxBytes, maxEntries, strip } = this.options;
    this.#last = readable(name);
    if (this.fault) return false;
    if (++this.#entries > maxEntries)
      return this.refuse(`it has more than ${maxEntries} entries, at ${this.#last}`);
    const fault = badName(name);
    if (fault) return this.refuse(`its entry ${this.#last} ${fault}`);
    const own = name.split('/').slice(strip).join('/').replace(/\/$/, '');
    if (!own || !filter(own)) return false;
    const wrong = badType(entry.type);
    if (wrong) return this.refuse(`its entry ${this.#last} ${wrong}`);
    if (fileTypes.has(entry.type)) {
      this.files++;
      this.bytes += entry.size;
      if (this.bytes > maxBytes)
        return this.refuse(`it unpacks to more than ${maxBytes} bytes, at ${this.#last}`);
    }
    // The archive's permissions are not this computer's: no unreadable folder, no set-user-id.
    entry.mode = undefined;
    return true;
  };

  count(bytes: number): void {
    const { maxBytes } = this.options;
    if ((this.#unpacked += bytes) > maxBytes)
      this.refuse(`it unpacks to more than ${maxBytes} bytes, at ${this.#last}`);
  }
}

/** Some servers' gzip is taken off on the way, so it is told by its first bytes. */
async function decoder(archive: string): Promise<Transform> {
  const handle = await open(archive, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b ? createGunzip() : new PassThrough();
  } finally {
    await handle.close();
  }
}

const damaged = (error: unknown): boolean => {
  const { code, tarCode } = error as { code?: string; tarCode?: string };
  // tar gives its own code to errors of the file system too, and keeps theirs beside it.
  return code?.startsWith('Z_') === true || (tarCode !== undefined && (!code || code === tarCode));
};

async function unpack(source: ReadStream, bytes: Transform, folder: string, gate: Gate, onChunk: () => void) {
  // sync: when a write returns, nothing is under way that could still be written after a refusal.
  const sink = extract({
    cwd: folder,
    filter: (name, entry) => gate.takes(name, entry as ReadEntry),
    noMtime: true,
    preserveOwner: false,
    strict: true,
    strip: gate.options.strip,
    sync: true,
  });
  let failed: unknown;
  sink.on('error', (error: unknown) => {
    failed ??= error;
  });
  const check = () => {
    if (gate.fault || failed) throw gate.fault ?? failed;
  };
  source.on('error', (error) => bytes.destroy(error));
  try {
    for await (const chunk of source.pipe(bytes)) {
      gate.count((chunk as Buffer).length);
      check();
      sink.write(chunk as Buffer);
      check();
      onChunk();
    }
    sink.end();
    check();
  } finally {
    source.destroy();
  }
}

async function checkTarget(to: string): Promise<void> {
  const entries = await readdir(to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new InputError(`to: ${to} is not a folder to extract to: ${error.message}`);
  });
  if (entries.length > 0)
    throw new InputError(`to: the folder ${to} is not empty; remove it or name another one`);
}

/**
 * Extracts the files and folders of a gzip-compressed tar archive: all that was asked for, or nothing.
 *
 * @param archive a .tar.gz file (a bare .tar is taken too)
 * @param to folder to make; it may be there if it is empty
 * @throws InputError naming archive and entry: for entries with absolute paths or `..`, for taken entries that are
 * links or devices, beyond maxEntries or maxBytes, for a damaged archive, one without any wanted file, and for a `to`
 * that is not empty
 * @throws the signal's reason when aborted
 */
export async function extractTarGz(
  archive: string,
  to: string,
  options: ExtractOptions = {},
): Promise<Extracted> {
  const { onProgress, signal, strip = 1, maxEntries = 100_000, maxBytes = 2 ** 32 } = options;
  const gate = new Gate(archive, { strip, maxEntries, maxBytes, filter: options.filter ?? (() => true) });
  signal?.throwIfAborted();
  await checkTarget(to);
  const { size: total } = await stat(archive).catch((error) => {
    throw new InputError(`archive: ${archive} cannot be read: ${asError(error).message}`);
  });
  const stage = `unpack ${path.basename(archive)}`;
  const temporary = temporaryName(path.resolve(to));
  try {
    await mkdir(temporary, { recursive: true });
    const source = createReadStream(archive);
    await unpack(source, await decoder(archive), temporary, gate, () => {
      signal?.throwIfAborted();
      onProgress?.({ stage, done: source.bytesRead, total });
    });
    if (gate.files === 0) gate.refuse('it has none of the files wanted from it');
    if (gate.fault) throw gate.fault;
    await commit(temporary, to);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!(error instanceof InputError) && damaged(error))
      throw new InputError(
        `${archive} is damaged or no archive: ${asError(error).message}; remove it and fetch it again`,
      );
    throw asWriteError(error, to);
  }
  return { files: gate.files, bytes: gate.bytes };
}
