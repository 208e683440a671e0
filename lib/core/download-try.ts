import { type FileHandle, open } from 'node:fs/promises';
import { asError } from './check';
import {
  type Part,
  type PartState,
  partSize,
  readPartState,
  removePart,
  writePartState,
} from './download-part';
import { writing } from './write-error';

/** One try failed. Temporary failures are worth another. */
export class TryError extends Error {
  constructor(
    message: string,
    /** `absent`: the server refuses; `offline`: no way to it; `temporary`: may work in a moment. */
    readonly kind: 'absent' | 'offline' | 'temporary',
    /** How long the server asks to wait, ms. */
    readonly wait = 0,
  ) {
    super(message);
  }
}

const offlineCodes =
  /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|ENETUNREACH|ENETDOWN|EHOSTUNREACH|.*(CERT|SIGNATURE|SSL).*)$/;
const temporaryStatus = new Set([408, 425, 429, 500, 502, 503, 504]);

function connectionError(thrown: unknown): TryError {
  const error = asError(thrown);
  const cause = error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException) : undefined;
  // Several addresses tried at once make an AggregateError with a code and no message.
  const reason = cause?.message || cause?.code || error.message;
  return new TryError(reason, offlineCodes.test(cause?.code ?? '') ? 'offline' : 'temporary');
}

function statusError({ status, statusText, headers }: Response): TryError {
  const message = `the server answered ${status} ${statusText}`.trim();
  const seconds = Number(headers.get('retry-after') ?? 0);
  const wait = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 30) * 1000 : 0;
  return new TryError(message, temporaryStatus.has(status) ? 'temporary' : 'absent', wait);
}

const wholeNumber = (text: string | null | undefined): number | undefined =>
  text && /^\d+$/.test(text) ? Number(text) : undefined;

/** Aborts when `patience` ms pass without a sign of life, and when `outer` aborts. */
function watchdog(patience: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const stalled = new TryError(`nothing came for ${patience / 1000} s`, 'temporary');
  const timer = setTimeout(() => controller.abort(stalled), patience);
  const stop = () => controller.abort(outer?.reason);
  if (outer?.aborted) stop();
  outer?.addEventListener('abort', stop, { once: true });
  /** Waits for the network; what goes wrong is a TryError, or the outer signal's reason. */
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    timer.refresh();
    try {
      return await work;
    } catch (error) {
      outer?.throwIfAborted();
      throw controller.signal.aborted ? stalled : connectionError(error);
    }
  };
  const end = () => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
    controller.abort();
  };
  return { signal: controller.signal, guard, end };
}

function stateOf(url: string, { headers }: Response, total: number | undefined): PartState | undefined {
  const etag = headers.get('etag');
  // RFC 9110, 13.1.5: If-Range takes no weak ETag.
  const validator = etag && !etag.startsWith('W/') ? etag : headers.get('last-modified');
  const encoding = headers.get('content-encoding') ?? 'identity';
  // Bytes that fetch decoded cannot be counted in the server's ranges.
  return validator && encoding === 'identity' ? { url, validator, total } : undefined;
}

function totalOf(response: Response): number | undefined {
  if ((response.headers.get('content-encoding') ?? 'identity') !== 'identity') return undefined;
  if (response.status === 206)
    return wholeNumber(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
  return wholeNumber(response.headers.get('content-length'));
}

export interface TryOptions {
  /** Told of the bytes on disk and of the whole, if known. */
  readonly onBytes: (done: number, total: number | undefined) => void;
  /** Most bytes of the whole file; of one that has more, or would have, nothing is kept. */
  readonly maxBytes: number;
  /** Longest silence of the server, ms. */
  readonly patience: number;
  readonly signal?: AbortSignal;
}

/**
 * One request that goes on with a part, or begins it anew where the server's file changed or it has no ranges.
 * Returns when the part is whole.
 * @throws TryError; WriteError when the part cannot be written; the signal's reason
 */
export async function tryDownload(url: string, part: Part, options: TryOptions): Promise<void> {
  const { maxBytes, onBytes, patience, signal } = options;
  const known = await readPartState(part, url);
  let done = known ? await partSize(part) : 0;
  if (known?.total !== undefined && done === known.total) return onBytes(done, known.total);
  const watch = watchdog(patience, signal);
  let handle: FileHandle | undefined;
  try {
    const range = known && done > 0 ? { range: `bytes=${done}-`, 'if-range': known.validator } : undefined;
    const response = await watch.guard(
      fetch(url, { headers: { 'accept-encoding': 'identity', ...range }, signal: watch.signal }),
    );
    if (response.status === 416 || (response.status === 206 && !continues(response, done))) {
      await removePart(part);
      throw new TryError('the server does not go on where the part ends', 'temporary');
    }
    if (!response.ok || !response.body) throw statusError(response);
    const total = totalOf(response);
    const checkSize = async (bytes: number): Promise<void> => {
      if (bytes <= maxBytes) return;
      await removePart(part);
      throw new TryError(`it has more than ${maxBytes} bytes`, 'absent');
    };
    await checkSize(total ?? 0);
    const opened = await writing(part.file, () => open(part.file, 'a'));
    handle = opened;
    if (response.status !== 206) {
      await writing(part.file, () => opened.truncate(0));
      done = 0;
      await writePartState(part, stateOf(url, response, total));
    }
    onBytes(done, total);
    const reader = response.body.getReader();
    for (;;) {
      const { done: ended, value } = await watch.guard(reader.read());
      if (ended) break;
      await checkSize(done + value.byteLength);
      await writing(part.file, () => opened.appendFile(value));
      done += value.byteLength;
      onBytes(done, total);
    }
    if (total !== undefined && done !== total)
      throw new TryError(`${done} of ${total} bytes came`, 'temporary');
  } finally {
    await handle?.close();
    watch.end();
  }
}

const continues = ({ headers }: Response, offset: number): boolean =>
  offset > 0 && (headers.get('content-range') ?? '').startsWith(`bytes ${offset}-`);
