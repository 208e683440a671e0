import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/check';
import { exists } from '../../core/files';
import { readRecords, recordsName } from '../records';
import { isSynthetic, type Xray } from '../xray';

const litter = new Set(['thumbs.db', 'desktop.ini']);
const ours = (name: string, pictures: ReadonlySet<string>) =>
  name === recordsName || name.startsWith('.') || litter.has(name.toLowerCase()) || pictures.has(name);

/**
 * The records of a class folder that may be replaced by phantoms: one that does not exist, is empty, or holds
 * phantoms only.
 * @throws InputError naming the folder where it holds anything else, which is never overwritten
 */
export async function replaceableRecords(folder: string): Promise<Xray[]> {
  if (!(await exists(folder))) return [];
  const refuse = (what: string): never => {
    throw new InputError(`${folder} ${what}; give another folder for the phantoms, or move this one away`);
  };
  const names = await readdir(folder).catch((): never => refuse('is not a folder that can be read'));
  const records = names.includes(recordsName) ? await readRecords(folder) : [];
  const real = records.find((record) => !isSynthetic([record]));
  if (real) refuse(`holds pictures of "${real.source}", not phantoms`);
  const pictures = new Set(records.map((xray) => path.basename(xray.path)));
  const foreign = names.find((name) => !ours(name, pictures));
  if (foreign) refuse(`holds ${foreign}, which ${recordsName} does not list as a phantom`);
  return records;
}

/**
 * @throws InputError if a class folder beside the phantoms holds real pictures: told apart by their style alone,
 * the two must never be classes of one dataset
 */
export async function refuseRealNeighbours(dataset: string): Promise<void> {
  if (!(await exists(dataset))) return;
  const entries = await readdir(dataset, { withFileTypes: true }).catch((): never => {
    throw new InputError(`${dataset} is not a folder that can be read; give another folder for the phantoms`);
  });
  // Hidden ones are no classes: an interrupted run may have left one.
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
    const folder = path.join(dataset, name);
    if (await exists(path.join(folder, recordsName))) await replaceableRecords(folder);
  }
}
