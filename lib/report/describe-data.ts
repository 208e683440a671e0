import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { classFolders } from '../dataset/class-files';
import { picturesHash } from '../dataset/pictures-hash';
import { readRecords } from '../dataset/records';
import { isSynthetic } from '../dataset/xray';

/** What a report says of the pictures it was made from. */
export interface DataDescription {
  /** "data: covid" and what is in it, a row a class folder. */
  readonly rows: readonly (readonly [string, string])[];
  /** Pictures of each class of the dataset itself. */
  readonly counts: Readonly<Record<string, number>>;
  /** Whether any picture of the dataset itself is synthetic. */
  readonly synthetic: boolean;
}

/** The class folders with records in a folder. */
async function classesIn(folder: string) {
  const names = (await readdir(folder).catch(() => [])).sort();
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      records: await readRecords(path.join(folder, name)).catch(() => undefined),
    })),
  );
  return found.flatMap(({ name, records }) => (records ? [{ name, records }] : []));
}

/**
 * The pictures that notebooks use, each class folder with the SHA-256 over its pictures' hashes: those of the dataset,
 * of its folder `test`, and of the other datasets.
 * @param others by name
 */
export async function describeData(
  dataset: string,
  others: Readonly<Record<string, string>> = {},
): Promise<DataDescription> {
  const own = await classesIn(dataset);
  const more = await Promise.all(
    Object.entries({ test: path.join(dataset, 'test'), ...others }).map(async ([part, folder]) =>
      (await classesIn(folder)).map(({ name, records }) => ({ name: `${part}/${name}`, records })),
    ),
  );
  const rows = [...own, ...more.flat()].map(({ name, records }) => {
    const hash = picturesHash(records).slice(0, 16);
    return [`data: ${name}`, `${records.length} pictures, SHA-256 over their hashes ${hash}…`] as const;
  });
  const synthetic = own.some(({ records }) => isSynthetic(records));
  // Folders of one's own have no records; their pictures are counted all the same.
  const folders = await classFolders(dataset).catch(() => new Map<string, string[]>());
  const recorded = own.map(({ name, records }) => [name, records.length] as const);
  const counts = {
    ...Object.fromEntries([...folders].map(([name, pictures]) => [name, pictures.length])),
    ...Object.fromEntries(recorded),
  };
  return { rows, counts, synthetic };
}
