import path from 'node:path';
import { InputError } from '../core/check';
import { sha256 } from '../core/files';
import type { Xray } from '../dataset/xray';
import { keptIn, type ResultStore } from './result-store';

/** SHA-256 of what results depend on: all that is known of the pictures, in their order, but not where they lie. */
export const recordsHash = (xrays: readonly Xray[]): string =>
  sha256(
    xrays
      .map(({ path: file, sha256: hash, label, patientId, source, view, width, height }) =>
        JSON.stringify([path.basename(file), hash, label, patientId, source, view, width, height]),
      )
      .join('\n'),
  );

const nameOf = (hash: string) => `datasets/${hash}.json`;

/** Keeps the records of a dataset where every worker finds them. */
export const keepRecords = (store: ResultStore, xrays: readonly Xray[]): Promise<void> =>
  store.put(nameOf(recordsHash(xrays)), JSON.stringify(xrays));

let last: { readonly key: string; readonly xrays: readonly Xray[] } | undefined;

/**
 * The records of a dataset by their hash; those read last are remembered.
 * @throws InputError if they are not there, or others
 */
export async function keptRecords(store: ResultStore, hash: string): Promise<readonly Xray[]> {
  const key = `${store.url} ${hash}`;
  if (last?.key === key) return last.xrays;
  const xrays: Xray[] = JSON.parse((await keptIn(store, nameOf(hash))).toString());
  if (recordsHash(xrays) !== hash)
    throw new InputError(
      `${nameOf(hash)} in ${store.url} is of other pictures; run xray-transfer grid again`,
    );
  last = { key, xrays };
  return xrays;
}
