import { InputError } from '../core/check';
import { sha256 } from '../core/files';
import type { WorkOptions } from '../core/progress';
import type { NewPicture } from './class-folder';
import { decodePixels, readPictureFile } from './read-pixels';
import type { Xray } from './xray';

/** A picture to copy into a class folder, and what is known of it. */
export interface PictureToCopy extends Pick<Xray, 'patientId' | 'source' | 'view' | 'license'> {
  /** Where it is. */
  readonly from: string;
  /** File name in the class folder. */
  readonly name: string;
}

/**
 * Reads pictures one by one and decodes each whole, so that what is copied can be used; stops after `count` good ones.
 * @param unreadable gets a line for every picture left out: which, and what is wrong
 */
export async function* readable(
  list: readonly PictureToCopy[],
  unreadable: string[],
  { onProgress, signal }: WorkOptions,
  count = list.length,
): AsyncGenerator<NewPicture> {
  let done = 0;
  for (const { from, name, ...known } of list) {
    if (done === count) break;
    signal?.throwIfAborted();
    onProgress?.({ stage: 'copy pictures', done, total: count, note: name });
    try {
      const bytes = await readPictureFile(from);
      const { width, height } = await decodePixels(bytes, from);
      done++;
      yield { bytes, record: { path: name, ...known, width, height, sha256: sha256(bytes) } };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unreadable.push(error.message);
    }
  }
  onProgress?.({ stage: 'copy pictures', done, total: count });
}
