import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { extractTarGz } from '../core/archive';
import { InputError } from '../core/check';
import { download } from '../core/download';
import { commit, exists, hashFile, sha256 } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { cacheFolder } from '../core/settings';
import { removeLeftovers, temporaryName } from '../core/temporary-name';
import { WriteError } from '../core/write-error';

/** ieee8023/covid-chestxray-dataset on 18 March 2020, in the article's days. */
export const covidCommit = '4e47ad09d49db15d004c974e268bbbd3b7e10699';
/** The archive of that commit. */
export const covidAddress = `https://github.com/ieee8023/covid-chestxray-dataset/archive/${covidCommit}.tar.gz`;
/** SHA-256 of that commit's metadata.csv: the bytes of an archive made on demand may differ from day to day. */
export const covidMetadataSha256 = 'b2d0ee8e1a430532f1ca6ac5d0216d3c4432ced68fcb09f3ae3816c7989f1fd4';

export interface FetchCovidOptions extends WorkOptions {
  /** Address of a .tar.gz with one folder on top that holds metadata.csv and images/. Default: covidAddress. */
  readonly url?: string;
  /** SHA-256 of its metadata.csv. Default: covidMetadataSha256. */
  readonly metadataSha256?: string;
}

const byHand =
  'Or take a copy of github.com/ieee8023/covid-chestxray-dataset that you have: `npx xray-transfer data covid --from DIR`';
const wanted = (name: string) => name === 'metadata.csv' || name === 'images' || name.startsWith('images/');

/** What keeps a folder from being the expected copy; undefined for nothing. */
async function fault(folder: string, metadataSha256: string): Promise<string | undefined> {
  const metadata = path.join(folder, 'metadata.csv');
  if (!(await exists(metadata))) return 'it has no metadata.csv';
  const hash = await hashFile(metadata);
  if (hash !== metadataSha256) return `the SHA-256 of its metadata.csv is ${hash}, not ${metadataSha256}`;
  const images = await readdir(path.join(folder, 'images')).catch((): string[] => []);
  return images.length > 0 ? undefined : 'it has no pictures in images/';
}

async function unpack(archive: string, to: string, metadataSha256: string, options: FetchCovidOptions) {
  const { onProgress, signal, url = covidAddress } = options;
  const temporary = temporaryName(path.resolve(to));
  try {
    await extractTarGz(archive, temporary, {
      filter: wanted,
      maxEntries: 20_000,
      maxBytes: 2 ** 31,
      onProgress,
      signal,
    });
    const wrong = await fault(temporary, metadataSha256);
    if (wrong) throw new InputError(`${url} is not the expected archive: ${wrong}. ${byHand}`);
    signal?.throwIfAborted();
    await commit(temporary, to);
    await removeLeftovers(path.resolve(to));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // An archive that is at fault would be at fault again; neither an interrupt nor a full disk is its fault.
    if (error instanceof InputError && !(error instanceof WriteError) && !signal?.aborted)
      await rm(archive, { force: true });
    throw error;
  }
}

/**
 * Fetches the COVID pictures at the pinned commit: metadata.csv and images/, nothing else of the archive. A download
 * that was cut goes on in the next call; a folder that holds the copy already is left alone.
 *
 * @param to folder to make; it may be there if it is empty
 * @returns `to`
 * @throws InputError without a connection, for an archive that is damaged, unsafe or another one, and for a `to` that
 * holds something else
 */
export async function fetchCovidSource(to: string, options: FetchCovidOptions = {}): Promise<string> {
  const { metadataSha256 = covidMetadataSha256, onProgress, signal, url = covidAddress } = options;
  const present = await readdir(to).catch((): string[] => []);
  if (present.length > 0) {
    const wrong = await fault(to, metadataSha256);
    if (!wrong) return to;
    throw new InputError(
      `to: ${to} is not the pinned copy of the COVID pictures: ${wrong}; remove it or name another folder. ${byHand}`,
    );
  }
  const name =
    url === covidAddress ? `covid-chestxray-dataset-${covidCommit}` : `covid-${sha256(url).slice(0, 16)}`;
  const archive = path.join(cacheFolder(), 'downloads', `${name}.tar.gz`);
  await download(url, archive, { onProgress, signal, byHand });
  await unpack(archive, to, metadataSha256, options);
  await rm(archive, { force: true });
  return to;
}
