import path from 'node:path';
import { InputError } from '../core/check';
import { checkClassFolder, writeClassFolder } from './class-folder';
import type { DatasetReport } from './dataset-report';
import { findDuplicates } from './find-duplicates';
import { imageIndex } from './image-index';
import { hashedPatientId } from './patient-id';
import { type BuildOptions, nameFor, type PictureToCopy, readable } from './picture-list';
import { readTable, type Table } from './table';
import type { Xray } from './xray';

export interface TableOptions extends BuildOptions {
  /** Folder of the pictures; they may lie in folders of it. */
  readonly images: string;
  /** The table's columns, by what they hold. */
  readonly columns: {
    /** Name of the picture's file, with or without folder and extension. */
    readonly file: string;
    /** What the picture is called; several names are separated by `|`, as NIH does. */
    readonly label: string;
    /** Who was X-rayed; kept as a hash (see hashedPatientId). Default: DICOM's own, else every picture a patient. */
    readonly patient?: string;
    /** Projection. Default: DICOM's own, else empty. */
    readonly view?: string;
  };
  /** Name of each class folder to write, and the label that goes there, in any case. */
  readonly classes: Readonly<Record<string, string>>;
  /** Columns whose values a row must have to be taken, in any case. Default: all rows are. */
  readonly where?: Readonly<Record<string, string>>;
  /** Further columns to keep as `metadata`. Default none: a table may hold what is nobody's business. */
  readonly keep?: readonly string[];
  /** The pictures' source. Default: the table's name without its extension. */
  readonly source?: string;
}

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Whether a label is one of those that a cell names; the cell may also be the label as it stands. */
const names = (cell: string, label: string): boolean =>
  same(cell, label) || cell.split('|').some((part) => same(part, label));

function checkClasses(classes: Readonly<Record<string, string>>): string[] {
  const folders = Object.keys(classes);
  if (folders.length === 0)
    throw new InputError('classes is empty; name a folder and its label, such as covid=COVID-19');
  const bad = folders.find((name) => !/^[^./\\\p{Cc}][^/\\\p{Cc}]*$/u.test(name));
  if (bad !== undefined) throw new InputError(`classes has "${bad}", which cannot be the name of a folder`);
  return folders;
}

interface Choice {
  /** What the rows say of each picture, by its file. */
  readonly byFile: Map<string, { labels: Set<string>; row: Readonly<Record<string, string>> }>;
  readonly rows: number;
  readonly missing: string[];
  readonly skipped: Record<string, number>;
}

function choose(table: Table, find: (name: string) => readonly string[], options: TableOptions): Choice {
  const { columns, classes, where = {} } = options;
  const [file, label] = [table.column(columns.file), table.column(columns.label)];
  const conditions = Object.entries(where).map(([name, value]) => [table.column(name), value] as const);
  const skipped: Record<string, number> = {};
  const skip = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  };
  const choice: Choice = { byFile: new Map(), rows: table.rows.length, missing: [], skipped };
  for (const row of table.rows) {
    const other = conditions.find(([column, value]) => !same(row[column]!, value));
    const labels = Object.keys(classes).filter((name) => names(row[label]!, classes[name]!));
    if (other) skip(other[0]);
    else if (!labels.length) skip(label);
    else {
      const found = row[file] ? find(row[file]) : [];
      const known = found[0] === undefined ? undefined : choice.byFile.get(found[0]);
      if (found.length > 1) skip('several files of this name');
      else if (!found.length) choice.missing.push(row[file] || '(no file name)');
      else if (known) {
        for (const name of labels) known.labels.add(name);
        skip('repeated');
      } else choice.byFile.set(found[0]!, { labels: new Set(labels), row });
    }
  }
  if (choice.missing.length) skipped.missing = choice.missing.length;
  return choice;
}

/**
 * Builds class folders from a table of the user's own (CSV with a header; separated by commas, semicolons or tabs) and a
 * folder of pictures, as NIH's, RSNA's or torchxrayvision's are. JPEG and PNG are copied byte for byte, DICOM is written
 * as PNG; patients are kept as hashes, and of the table only the columns named.
 * @param to dataset folder; each class folder in it is written whole or not at all, replaced only if it was built here
 * @returns what was taken and left out; rows that give one picture two of the classes count as "several classes"
 * @throws InputError for a table that cannot be read or has no such column (with those it has), a class without
 * pictures (with the labels there are), or class folders that hold other files
 */
export async function createTableDataset(
  from: string,
  to: string,
  options: TableOptions,
): Promise<DatasetReport> {
  const { columns, classes, keep = [], source = path.parse(from).name, ...work } = options;
  const labels = checkClasses(classes);
  const table = await readTable(from);
  const kept = keep.map((name) => table.column(name));
  const [patient, view] = [columns.patient, columns.view].map((name) => name && table.column(name));
  const { byFile, skipped, ...choice } = choose(table, await imageIndex(options.images), options);
  const lists = new Map(labels.map((label) => [label, [] as PictureToCopy[]]));
  const taken = new Map(labels.map((label) => [label, new Set<string>()]));
  for (const [file, { labels: given, row }] of byFile) {
    const [label] = given;
    if (given.size > 1 || !label) {
      skipped['several classes'] = (skipped['several classes'] ?? 0) + 1;
      continue;
    }
    lists.get(label)!.push({
      from: file,
      name: nameFor(file, taken.get(label)!),
      source,
      view: view ? row[view]! : '',
      license: '',
      ...(patient && row[patient] && { patientId: hashedPatientId(source, row[patient]) }),
      ...(kept.length && { metadata: Object.fromEntries(kept.map((name) => [name, row[name]!])) }),
    });
  }
  for (const [label, list] of lists)
    if (!list.length)
      throw new InputError(
        `class "${label}" has no picture: ${table.rows.length} rows of ${from} give none for the label ` +
          `"${classes[label]}"${choice.missing.length ? `, ${choice.missing.length} name files not in ${options.images}` : ''}; ` +
          `the labels there are: ${table.valuesOf(columns.label).slice(0, 20).join(', ')}`,
      );
  const folders = new Map<string, string>();
  for (const label of labels) folders.set(label, await checkClassFolder(path.join(to, label)));
  const unreadable: string[] = [];
  const xrays: Xray[] = [];
  for (const [label, list] of lists) {
    const whyNone = () =>
      `none of the ${list.length} pictures of "${label}" can be used: ${unreadable.slice(0, 10).join('; ')}`;
    const copied = readable(list, unreadable, work);
    for (const xray of await writeClassFolder(folders.get(label)!, copied, whyNone)) xrays.push(xray);
  }
  return {
    ...choice,
    taken: xrays.length,
    skipped: { ...skipped, ...(unreadable.length && { unreadable: unreadable.length }) },
    to: path.resolve(to),
    duplicates: findDuplicates(xrays).map((group) => group.map((xray) => path.basename(xray.path))),
    unreadable,
  };
}
