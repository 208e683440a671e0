import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../core/settings';

/** What the cache keeps of bases that were changed here: by fine-tuning, or by fitting their batch normalisation. */
export interface KeptBase {
  readonly kind: 'fine-tuned' | 'batch-norm';
  /** A layers-model's folder, or a file of statistics. */
  readonly path: string;
  readonly bytes: number;
  readonly lastUsed: Date;
}

const kinds = ['fine-tuned', 'batch-norm'] as const;

/** Where bases of a kind are kept. */
export const keptBasesFolder = (kind: KeptBase['kind']): string => path.join(cacheFolder(), kind);

/** Size and last use of a file, or of the files in a folder; nothing where they are gone meanwhile. */
async function measured(file: string): Promise<{ bytes: number; used: number }> {
  const names = await readdir(file).catch(() => undefined);
  const files = names ? names.map((name) => path.join(file, name)) : [file];
  const found = await Promise.all(files.map((one) => stat(one).catch(() => undefined)));
  const there = found.filter((one) => one !== undefined);
  return {
    bytes: there.reduce((sum, { size }) => sum + size, 0),
    used: Math.max(0, ...there.map(({ mtimeMs }) => mtimeMs)),
  };
}

/** All bases that the cache keeps. */
export async function listKeptBases(): Promise<KeptBase[]> {
  const ofKind = async (kind: KeptBase['kind']): Promise<KeptBase[]> => {
    const folder = keptBasesFolder(kind);
    const names = (await readdir(folder).catch(() => [])).sort();
    return Promise.all(
      names.map(async (name) => {
        const file = path.join(folder, name);
        const { bytes, used } = await measured(file);
        return { kind, path: file, bytes, lastUsed: new Date(used) };
      }),
    );
  };
  return (await Promise.all(kinds.map(ofKind))).flat();
}

/** Removes a base from the cache; a model that was saved does not need it. */
export const removeKeptBase = ({ path: file }: KeptBase): Promise<void> =>
  rm(file, { recursive: true, force: true });

/** Removes all bases from the cache. */
export async function clearKeptBases(): Promise<{ folders: number; bytes: number }> {
  const bases = await listKeptBases();
  for (const base of bases) await removeKeptBase(base);
  return { folders: bases.length, bytes: bases.reduce((sum, { bytes }) => sum + bytes, 0) };
}
