import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/check';
import { exists, writeFileAtomic } from '../core/files';
import type { ResultStore } from './result-store';

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** A folder that all machines see under the same path. */
export function folderStore(folder: string): ResultStore {
  const root = path.resolve(folder);
  const fileOf = (name: string) => path.join(root, ...name.split('/'));
  return {
    url: root,
    get: (name) =>
      readFile(fileOf(name)).catch((error) => {
        if (code(error) === 'ENOENT') return undefined;
        throw error;
      }),
    put: (name, bytes) =>
      writeFileAtomic(fileOf(name), bytes).catch((error) => {
        throw new InputError(
          `${fileOf(name)} cannot be written (${code(error)}); free space, or name another store`,
        );
      }),
    has: (name) => exists(fileOf(name)),
    list: async (below) => {
      const names = await readdir(fileOf(below)).catch((error): string[] => {
        if (code(error) === 'ENOENT') return [];
        throw error;
      });
      // What is being written has a hidden name.
      return names
        .filter((name) => !name.startsWith('.'))
        .sort()
        .map((name) => `${below}/${name}`);
    },
  };
}
