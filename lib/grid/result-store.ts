import { InputError } from '../core/check';

/**
 * Where the results of pieces are kept, seen by everybody who works on them: a folder, or a bucket. Names are paths with
 * forward slashes. Whoever asks sees nothing or the whole of what was put.
 */
export interface ResultStore {
  /** The folder, or "s3://bucket/prefix": what `openStore` opens it by on any machine. */
  readonly url: string;
  /** What is kept under a name; undefined where there is nothing. */
  get(name: string): Promise<Buffer | undefined>;
  /** Keeps bytes whole or not at all; what is there is replaced. */
  put(name: string, bytes: Uint8Array | string): Promise<void>;
  /** Whether there is something under a name. */
  has(name: string): Promise<boolean>;
  /** Names below a folder ("features"), in order. */
  list(folder: string): Promise<string[]>;
}

/**
 * What a store must have under a name.
 * @throws InputError if it is not there
 */
export async function keptIn(store: ResultStore, name: string): Promise<Buffer> {
  const bytes = await store.get(name);
  if (!bytes) throw new InputError(`${store.url} has no ${name}; run xray-transfer grid again`);
  return bytes;
}
