import { bounded } from '../core/bounded';
import { InputError } from '../core/check';
import { sha256 } from '../core/files';
import { readPictureFile } from '../dataset/read-pixels';
import type { ReadingOptions } from '../dataset/reading-options';
import type { PictureToSee } from './picture-variants';

/** Files read at once. */
const filesAtOnce = 16;

/**
 * Files as pictures, with their hashes, in the order given; undefined for those that `onRefused` is told of.
 * @throws InputError naming the first file that cannot be read, without `onRefused`
 */
export const picturesOfFiles = (
  files: readonly string[],
  { onRefused }: ReadingOptions = {},
): Promise<(PictureToSee | undefined)[]> =>
  bounded(files, filesAtOnce, async (file) => {
    try {
      return { file, sha256: sha256(await readPictureFile(file)), degrees: 0 };
    } catch (error) {
      if (!(onRefused && error instanceof InputError)) throw error;
      onRefused(file, error);
      return undefined;
    }
  });
