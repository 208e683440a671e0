import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { asError, InputError } from '../core/check';
import { writeFileAtomic } from '../core/files';
import { mostTable, readLimited } from '../core/read-limited';
import type { Xray } from './xray';

/** Name of the list of pictures in a class folder. */
export const recordsName = 'records.csv';

const columns = [
  'path',
  'label',
  'patientId',
  'source',
  'view',
  'sha256',
  'width',
  'height',
  'license',
] as const;
type Row = Record<(typeof columns)[number], string>;

/** Before the names of columns that hold the rest of what is known of a picture; they stand after the others. */
const metadataPrefix = 'metadata.';

/** What a spreadsheet would take for a formula, and what such a cell becomes here. */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;
const written = /^'+[=+\-@\t\r\n＝＋－＠]/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A text as a cell: a quote stands before what a spreadsheet would compute; numbers are left as they are. */
export const asCell = (text: string): string =>
  formula.test(text) && !number.test(text) ? `'${text}` : text;

/** The text that `asCell` made a cell of. */
export const ofCell = (cell: string): string => (written.test(cell) ? cell.slice(1) : cell);

const metadataColumns = (metadata: Xray['metadata'] = {}): [column: string, value: string][] =>
  Object.entries(metadata).map(([name, value]) => [`${metadataPrefix}${name}`, value]);

function metadataOf(row: Row): Xray['metadata'] {
  const known = Object.entries(row)
    .filter(([column, value]) => column.startsWith(metadataPrefix) && value !== '')
    .map(([column, value]) => [column.slice(metadataPrefix.length), value]);
  return known.length ? Object.fromEntries(known) : undefined;
}

/**
 * The text of records.csv: a header, then a line a picture, paths relative to the class folder with `/`; cells as `asCell`
 * makes them.
 */
export function recordsText(folder: string, xrays: readonly Xray[]): string {
  const rows = xrays.map(({ metadata, ...xray }) => ({
    ...xray,
    path: path.relative(folder, xray.path).split(path.sep).join('/'),
    ...Object.fromEntries(metadataColumns(metadata)),
  }));
  const further = new Set(
    xrays.flatMap(({ metadata }) => metadataColumns(metadata).map(([column]) => column)),
  );
  // As arrays: a dot in a column's name would be taken for a path into an object.
  const all = [...columns, ...further];
  return stringify([
    all,
    ...rows.map((row) =>
      all.map((column) => {
        const value = (row as Record<string, unknown>)[column];
        return typeof value === 'string' ? asCell(value) : value;
      }),
    ),
  ]);
}

/** Writes `folder`/records.csv, whole or not at all. */
export const writeRecords = (folder: string, xrays: readonly Xray[]): Promise<void> =>
  writeFileAtomic(path.join(folder, recordsName), recordsText(folder, xrays));

function side(text: string, fail: (what: string) => never): number {
  const pixels = Number(text);
  return /^\d+$/.test(text) && pixels > 0
    ? pixels
    : fail(`has the side "${text}"; a whole number of pixels is needed`);
}

function toXray(folder: string, file: string, row: Row, line: number): Xray {
  const fail = (what: string): never => {
    throw new InputError(`${file}, line ${line}, ${what}; build the folder again, or delete ${recordsName}`);
  };
  const label = path.basename(folder);
  const picture = path.resolve(folder, row.path);
  if (row.path === '' || path.isAbsolute(row.path) || path.dirname(picture) !== folder)
    fail(`names "${row.path}", which is not a file of this folder`);
  if (row.label !== label) fail(`has the label "${row.label}", but the folder is "${label}"`);
  if (row.patientId === '') fail('has no patientId');
  if (!/^[0-9a-f]{64}$/.test(row.sha256)) fail(`has "${row.sha256}" for a SHA-256`);
  const { patientId, source, view, sha256, license } = row;
  const width = side(row.width, fail);
  const metadata = metadataOf(row);
  return {
    path: picture,
    label,
    patientId,
    source,
    view,
    width,
    height: side(row.height, fail),
    sha256,
    license,
    ...(metadata && { metadata }),
  };
}

/**
 * Reads `folder`/records.csv and checks every line.
 * @returns records with absolute paths, in the file's order
 * @throws InputError naming the file, the line and what is wrong: not CSV, a missing column, a path outside the
 * folder or listed twice, another label than the folder's name, a malformed SHA-256 or size
 */
export async function readRecords(folder: string): Promise<Xray[]> {
  const absolute = path.resolve(folder);
  const file = path.join(absolute, recordsName);
  let lines: { record: Row; info: { lines: number } }[];
  try {
    lines = parse(await readLimited(file, mostTable), {
      ...{ bom: true, columns: true, info: true, skip_empty_lines: true },
      cast: (cell) => ofCell(cell),
    });
  } catch (error) {
    throw new InputError(
      `${file} cannot be read (${asError(error).message}); build the folder again, or delete it`,
    );
  }
  const absent = columns.filter((column) => lines[0] && !(column in lines[0].record));
  if (absent.length || lines.length === 0)
    throw new InputError(
      lines.length === 0
        ? `${file} lists no pictures; build the folder again, or delete it`
        : `${file} lacks the column ${absent.join(', ')}; its header must be ${columns.join(',')}`,
    );
  const xrays = lines.map(({ record, info }) => toXray(absolute, file, record, info.lines));
  const seen = new Set<string>();
  for (const { path: picture } of xrays) {
    if (seen.has(picture))
      throw new InputError(`${file} lists ${path.basename(picture)} twice; delete one line`);
    seen.add(picture);
  }
  return xrays;
}
