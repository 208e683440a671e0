import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { filesBelow } from '../core/files-below';
import { cacheFolder } from '../core/settings';

/** Something that the cache keeps for the page in the browser: the page itself, an exported model, phantoms. */
export interface KeptDemo {
  readonly path: string;
  readonly bytes: number;
  readonly made: Date;
}

/** Where pages and models for the demo are kept, a folder for each state of the sources. */
export const keptDemosFolder = (): string => path.join(cacheFolder(), 'demo');

const foldersIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).sort().map((name) => path.join(folder, name));

/** All that the cache keeps for the page in the browser. */
export async function listKeptDemos(): Promise<KeptDemo[]> {
  const folders = (await Promise.all((await foldersIn(keptDemosFolder())).map(foldersIn))).flat();
  return Promise.all(
    folders.map(async (folder) => {
      const names = await filesBelow(folder).catch(() => []);
      const sizes = await Promise.all(
        names.map((name) =>
          stat(path.join(folder, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      const made = await stat(folder).then(
        ({ mtime }) => mtime,
        () => new Date(0),
      );
      return { path: folder, bytes: sizes.reduce((sum, size) => sum + size, 0), made };
    }),
  );
}

/** Removes all of it; it is made again when needed. */
export async function clearKeptDemos(): Promise<{ folders: number; bytes: number }> {
  const demos = await listKeptDemos();
  await rm(keptDemosFolder(), { recursive: true, force: true });
  return { folders: demos.length, bytes: demos.reduce((sum, { bytes }) => sum + bytes, 0) };
}
