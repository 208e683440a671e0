import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../../lib/core/files';
import { createDemoDataset } from '../../lib/dataset/create-demo-dataset';

/** What a small grid says; pieces of it take a fraction of a second. */
export const smallGrid = {
  datasets: [{ folder: 'phantoms', classes: ['covid', 'normal'] }],
  networks: ['fractal'],
  presets: [
    { name: 'probe', preset: 'sound', epochs: 8, augment: 1 },
    { name: 'hidden', preset: 'article', epochs: 6, augment: 0 },
  ],
  seeds: [0, 1],
  folds: 3,
  shard: 5,
};

/**
 * Writes phantoms and a grid over them.
 * @returns the YAML file
 */
export async function writeGrid(folder: string, changes: object = {}, count = 9): Promise<string> {
  await createDemoDataset(path.join(folder, 'phantoms'), { count });
  const file = path.join(folder, 'grid.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ ...smallGrid, ...changes }));
  return file;
}

/** All results in a folder store by name, with their hash; what was not finished has a hidden name and must not be there. */
export function resultsOf(store: string): Record<string, string> {
  const kinds = ['features', 'training', 'audit', 'comparison'];
  const names = readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => kinds.includes(name.split(path.sep)[0]!) && name.includes(path.sep))
    .sort();
  return Object.fromEntries(names.map((name) => [name, sha256(readFileSync(path.join(store, name)))]));
}
