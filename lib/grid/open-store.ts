import path from 'node:path';
import { InputError } from '../core/check';
import { cacheFolder } from '../core/settings';
import { folderStore } from './folder-store';
import type { ResultStore } from './result-store';

/** Where results are kept if nobody says so: on this machine alone. */
export const ownStore = (): string => path.join(cacheFolder(), 'grid');

/**
 * Opens a store.
 * @param url a folder, or "s3://bucket/prefix"
 * @throws InputError for another kind of address
 */
export async function openStore(url: string): Promise<ResultStore> {
  if (url.startsWith('s3://')) {
    const { s3Store } = await import('./s3-store.js');
    return s3Store(url);
  }
  if (/^[a-z][\w+.-]+:\/\//i.test(url))
    throw new InputError(`store is "${url}"; give a folder, or s3://bucket/prefix`);
  return folderStore(url);
}
