import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { asError, InputError } from '../core/check';
import { exists, sha256, writeFolderAtomic } from '../core/files';
import { filesBelow } from '../core/files-below';
import type { WorkOptions } from '../core/progress';
import { projectFolder } from '../core/settings';
import { writing } from '../core/write-error';
import { keptDemosFolder } from './kept-demos';

const script = path.join(projectFolder, 'scripts', 'build-page.mjs');

/** Everything that the page is made of: this library's sources, and the packages as the lock file names them. */
async function sourcesHash(): Promise<string> {
  const lib = path.join(projectFolder, 'lib');
  const names = (await filesBelow(lib)).filter((name) => /\.(ts|html|css|json)$/.test(name));
  const files = [
    ...names.map((name) => path.join(lib, name)),
    script,
    path.join(projectFolder, 'package-lock.json'),
  ];
  const hashes = await Promise.all(files.map(async (file) => sha256(await readFile(file))));
  return sha256([...names, ...hashes].join('\n')).slice(0, 16);
}

/** The folder of the cache that belongs to the sources as they are now; those of former states are removed. */
export async function demoCache(): Promise<string> {
  const name = await sourcesHash();
  const folder = path.join(keptDemosFolder(), name);
  await writing(folder, () => mkdir(folder, { recursive: true }));
  const former = (await readdir(keptDemosFolder())).filter((entry) => entry !== name);
  for (const entry of former) await rm(path.join(keptDemosFolder(), entry), { recursive: true, force: true });
  return folder;
}

/**
 * The page as files for a browser: built by Vite where the sources are new, else from the cache.
 * @param cache folder of `demoCache`
 * @returns folder with index.html, assets/ and wasm/
 * @throws InputError with what Vite says if it cannot be built
 */
export async function buildPage(cache: string, { onProgress, signal }: WorkOptions = {}): Promise<string> {
  const folder = path.join(cache, 'page');
  if (await exists(folder)) return folder;
  onProgress?.({ stage: 'building the page', done: 0, total: 1 });
  await writeFolderAtomic(folder, async (temporary) => {
    try {
      // In a process of its own: Vite is of no use to whoever only calls the library.
      await promisify(execFile)(process.execPath, [script, temporary], { signal });
    } catch (error) {
      signal?.throwIfAborted();
      const { stderr } = error as { stderr?: string };
      throw new InputError(
        `The page cannot be built; run \`npm run setup\`. ${stderr || asError(error).message}`,
      );
    }
  });
  onProgress?.({ stage: 'building the page', done: 1, total: 1 });
  return folder;
}
