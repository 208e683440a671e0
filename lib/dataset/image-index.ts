import path from 'node:path';
import { InputError } from '../core/check';
import { filesBelow } from '../core/files-below';

/** What tables leave out of the names of files. */
const extensions = ['', '.dcm', '.png', '.jpg', '.jpeg'];

/**
 * Finds the files of a folder and its folders by what tables call them: the path below the folder, or the name alone,
 * with or without its extension, in any case.
 * @throws InputError if the folder cannot be listed
 */
export async function imageIndex(folder: string): Promise<(name: string) => readonly string[]> {
  const root = path.resolve(folder);
  const names = await filesBelow(root).catch(({ code }: NodeJS.ErrnoException) => {
    throw new InputError(
      `images is ${root}, which cannot be listed (${code}); name the folder of the pictures`,
    );
  });
  const files = new Map<string, string[]>();
  const add = (key: string, file: string) => {
    const own = files.get(key.toLowerCase());
    if (own) own.push(file);
    else files.set(key.toLowerCase(), [file]);
  };
  for (const below of names) {
    const file = path.join(root, below);
    const name = path.posix.basename(below);
    add(below, file);
    if (below !== name) add(name, file);
  }
  return (name) => {
    const plain = name
      .replaceAll('\\', '/')
      .replace(/^(\.?\/)+/, '')
      .toLowerCase();
    for (const wanted of [plain, path.posix.basename(plain)])
      for (const extension of extensions) {
        const found = files.get(wanted + extension);
        if (found) return found;
      }
    return [];
  };
}
