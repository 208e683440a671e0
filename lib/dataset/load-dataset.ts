import path from 'node:path';
import { bounded } from '../core/bounded';
import { byText } from '../core/by-text';
import { asError, checkList, InputError, quote } from '../core/check';
import { exists, sha256 } from '../core/files';
import { unreadableSetting } from '../core/settings';
import { visible } from '../core/visible';
import { classFolders, listFolder } from './class-files';
import { type DecodedPictures, decodedPictures } from './decoded-pictures';
import { inspectPicture } from './inspect-picture';
import { kagglePatientId } from './patient-id';
import { readPictureFile } from './read-pixels';
import type { ReadingOptions } from './reading-options';
import { readRecords, recordsName } from './records';
import type { Xray } from './xray';

/** Files open at once, and pictures decoded at once. */
const concurrency = 16;
const decodedAtOnce = 4;

export interface LoadOptions extends ReadingOptions {
  /** Classes wanted, names of folders. Default: all. */
  readonly classes?: readonly string[];
}

/** What was found wrong, at most ten lines of it. */
const listed = (problems: readonly string[]): string =>
  [...problems.slice(0, 10), ...(problems.length > 10 ? [`and ${problems.length - 10} more`] : [])]
    .map((problem) => `\n  ${problem}`)
    .join('');

async function changesSinceRecords(
  folder: string,
  names: readonly string[],
  records: readonly Xray[],
  signal: AbortSignal | undefined,
) {
  const recorded = new Set(records.map((xray) => path.basename(xray.path)));
  const added = names
    .filter((name) => !recorded.has(name))
    .map((name) => `${path.join(folder, name)} was added`);
  const present = new Set(await listFolder(folder));
  const others = await bounded(records, concurrency, async (xray) => {
    signal?.throwIfAborted();
    if (!present.has(path.basename(xray.path))) return `${xray.path} was removed`;
    return readPictureFile(xray.path).then(
      (bytes) => (sha256(bytes) === xray.sha256 ? '' : `${xray.path} was changed`),
      (error: unknown) => asError(error).message,
    );
  });
  return [...added, ...others.filter(Boolean)];
}

async function describe(file: string, decoded?: DecodedPictures): Promise<Xray> {
  const [name, folder] = [path.basename(file), path.dirname(file)];
  const [label, dataset] = [path.basename(folder), path.dirname(folder)];
  const source = path.basename(dataset);
  const {
    patientId = kagglePatientId(name) ?? `${source}:${label}/${name}`,
    view,
    ...found
  } = await inspectPicture(file, decoded && ((hash) => !decoded.has(hash)));
  return { path: file, label, patientId, source, view, license: '', ...found };
}

/** Tells of files left out where nobody else is told of them; the folders above a dataset are nobody's concern. */
const warnOf =
  (dataset: string): NonNullable<LoadOptions['onRefused']> =>
  (_, { message }) =>
    console.warn(`Left out: ${visible(message.replaceAll(`${dataset}${path.sep}`, ''))}`);

function checkArguments(dataset: unknown, classes: readonly string[] | undefined): void {
  if (typeof dataset !== 'string' || dataset === '')
    throw new InputError(`dataset is ${quote(dataset)}; name the folder that holds the class folders`);
  if (classes !== undefined) checkList('classes', classes, '["covid", "normal"]');
}

function chosen(all: readonly string[], classes: readonly string[] | undefined, dataset: string): string[] {
  if (all.length === 0)
    throw new InputError(
      `${dataset} holds no class folders with JPEG, PNG or DICOM pictures; expected one folder a class, such as ` +
        `${path.join(dataset, 'covid')} and ${path.join(dataset, 'normal')}`,
    );
  if (classes?.length === 0) throw new InputError(`classes is empty; choose of ${all.join(', ')}`);
  const unknown = classes?.filter((name) => !all.includes(name)) ?? [];
  if (unknown.length)
    throw new InputError(`classes has "${unknown.join('", "')}"; ${dataset} holds ${all.join(', ')}`);
  return all.filter((name) => classes?.includes(name) ?? true);
}

/**
 * Records of all pictures in a folder of class folders, sorted by class and file name.
 *
 * A class folder is one that holds pictures (JPEG, PNG, DICOM) directly; its name is the class. Where it has a records.csv,
 * as the builders write, the pictures are compared with it by SHA-256. Elsewhere the records are made here: `source`
 * is the dataset folder's name, `patientId` follows Kaggle's file names (`person1_virus_6`, `IM-0001-0001`,
 * `NORMAL2-IM-0035-0001`), for other names every file counts as a patient of its own, view and licence are empty. Of
 * DICOM, `patientId` is a hash of the patient's number (see hashedPatientId) and `view` the ViewPosition.
 *
 * With `onRefused`, files that are no pictures that can be used are left out: each is named, and every picture without
 * records is decoded whole, once (its hash is then kept in the cache). Without, all are named in the error, and pictures
 * are not decoded; or as XRAY_UNREADABLE says (see unreadableSetting).
 * @throws InputError naming the files that cannot be read, or were changed, added or removed since records.csv was
 * written (the first ten and how many more); for an unknown class, with the classes there are; for a folder without
 * class folders, or without any picture that can be used
 */
export async function loadDataset(dataset: string, options: LoadOptions = {}): Promise<Xray[]> {
  checkArguments(dataset, options.classes);
  const absolute = path.resolve(dataset);
  const {
    onProgress,
    signal,
    onRefused = unreadableSetting() === 'skip' ? warnOf(absolute) : undefined,
  } = options;
  const folders = await classFolders(absolute);
  const classes = chosen([...folders.keys()], options.classes, absolute);
  const total = classes.reduce((sum, label) => sum + folders.get(label)!.length, 0);
  const decoded = onRefused && (await decodedPictures(absolute));
  const xrays: Xray[] = [];
  const unreadable: string[] = [];
  const changed: string[] = [];
  let read = 0;
  const progress = () => onProgress?.({ stage: 'read dataset', done: read, total });
  const inspect = async (file: string): Promise<Xray | undefined> => {
    signal?.throwIfAborted();
    try {
      return await describe(file, decoded);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unreadable.push(error.message);
      onRefused?.(file, error);
      return undefined;
    } finally {
      if (++read < total) progress();
    }
  };
  for (const label of classes) {
    signal?.throwIfAborted();
    const folder = path.join(absolute, label);
    const names = folders.get(label)!;
    if (await exists(path.join(folder, recordsName))) {
      const records = await readRecords(folder);
      // One by one: as arguments, a hundred thousand would be too many.
      for (const change of await changesSinceRecords(folder, names, records, signal)) changed.push(change);
      for (const xray of records.sort((a, b) => byText(a.path, b.path))) xrays.push(xray);
      read += names.length;
    } else {
      const files = names.map((name) => path.join(folder, name));
      const found = (await bounded(files, decoded ? decodedAtOnce : concurrency, inspect)).filter(
        (xray) => xray !== undefined,
      );
      for (const xray of found) xrays.push(xray);
      await decoded?.keep(found.map(({ sha256 }) => sha256));
    }
    progress();
  }
  if (changed.length)
    throw new InputError(
      `${changed.length} pictures differ from ${recordsName}:${listed(changed)}\n` +
        `Build the folder again, or delete its ${recordsName} to use the pictures as they are.`,
    );
  if (unreadable.length && !(onRefused && xrays.length))
    throw new InputError(
      `${unreadable.length} of ${total} pictures cannot be used:${listed(unreadable.sort(byText))}`,
    );
  return xrays;
}
