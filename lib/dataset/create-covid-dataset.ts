import path from 'node:path';
import { InputError } from '../core/check';
import { exists } from '../core/files';
import { checkClassFolder, writeClassFolder } from './class-folder';
import type { DatasetReport } from './dataset-report';
import { findDuplicates } from './find-duplicates';
import { type MetadataRow, readMetadata } from './metadata';
import { type BuildOptions, nameFor, type PictureToCopy, readable } from './picture-list';

/** The `source` of these pictures. */
export const covidSource = 'covid-chestxray-dataset';

export interface CovidOptions extends BuildOptions {
  /** Finding to take, one part of the column, in any case. Default "COVID-19". */
  readonly finding?: string;
  /** Projection to take, in any case. Default "PA". */
  readonly view?: string;
}

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Findings of a row: `Pneumonia/Viral/COVID-19` and `COVID-19, ARDS` have several. */
const findingsOf = (text: string): string[] =>
  text
    .split(/[/,]/)
    .map((part) => part.trim())
    .filter((part) => part && !same(part, 'todo') && !same(part, 'unknown'));

const hasFinding = (row: MetadataRow, wanted: readonly string[]): boolean =>
  wanted.length > 0 && wanted.every((part) => findingsOf(row.finding).some((found) => same(found, part)));

/** The first form of the file has no modality, but gives CT or the plane of the slice as the view. */
const isXray = ({ modality, view }: MetadataRow): boolean =>
  modality ? /^(x[- ]?ray|cr|dx)$/i.test(modality) : !/^(ct|axial|coronal|sagittal)$/i.test(view);

function choicesOf(rows: readonly MetadataRow[], name: 'finding' | 'view'): string {
  const found = rows
    .filter(isXray)
    .flatMap((row) => (name === 'view' ? [row.view] : findingsOf(row.finding)));
  return [...new Set(found.filter(Boolean))].sort().join(', ');
}

interface Selection {
  readonly rows: readonly MetadataRow[];
  readonly skipped: Record<string, number>;
}

function select(all: readonly MetadataRow[], finding: string, view: string, file: string): Selection {
  const wanted = findingsOf(finding);
  const withFinding = all.filter((row) => hasFinding(row, wanted));
  if (withFinding.length === 0)
    throw new InputError(`finding is "${finding}"; ${file} has ${choicesOf(all, 'finding')}`);
  const withView = withFinding.filter((row) => same(row.view, view));
  if (withView.length === 0)
    throw new InputError(
      `view is "${view}"; ${file} has, for the finding "${finding}", ${choicesOf(withFinding, 'view')}`,
    );
  const rows = withView.filter(isXray);
  if (rows.length === 0)
    throw new InputError(
      `view is "${view}"; ${file} has no X-rays with it, choose one of ${choicesOf(withFinding, 'view')}`,
    );
  const skipped = {
    finding: all.length - withFinding.length,
    view: withFinding.length - withView.length,
    modality: withView.length - rows.length,
  };
  return { rows, skipped };
}

/** @throws InputError for a name that leads out of the dataset: such a list is not to be trusted */
function sourceFile(from: string, row: MetadataRow, metadata: string): string {
  const file = path.resolve(from, row.folder, row.filename);
  const inside = path.relative(from, file);
  const foreign = path.isAbsolute(row.folder) || path.isAbsolute(row.filename) || row.filename.includes('\0');
  if (foreign || inside.startsWith('..') || path.isAbsolute(inside))
    throw new InputError(
      `${metadata} lists "${row.filename}" in "${row.folder}", which is outside ${from}; fetch the dataset again`,
    );
  return file;
}

/**
 * Builds a class folder from a copy of ieee8023/covid-chestxray-dataset, as the article does: the X-rays of one
 * finding in one projection, copied byte for byte, with a records.csv. Reads all four forms that metadata.csv has
 * had; columns that are not used otherwise become `metadata`. Findings are split at `/` and `,` and compared whole, without case; `todo` and `Unknown` never match.
 * @param from the copy: metadata.csv and the folders it names (images/)
 * @param to class folder to write; its name becomes the label. Written whole or not at all; replaced only if it was
 * built here
 * @throws InputError if metadata.csv is missing, malformed or names files outside `from`; if the finding or view is
 * not there (with those that are); if no picture can be read; if `to` holds other files or would mix real pictures
 * with synthetic ones
 */
export async function createCovidDataset(
  from: string,
  to: string,
  { finding = 'COVID-19', view = 'PA', ...work }: CovidOptions = {},
): Promise<DatasetReport> {
  const source = path.resolve(from);
  const metadata = path.join(source, 'metadata.csv');
  const all = await readMetadata(metadata);
  const { rows, skipped } = select(all, finding, view, metadata);
  const folder = await checkClassFolder(to);
  const missing: string[] = [];
  const pictures = new Map<string, PictureToCopy>();
  const names = new Set<string>();
  skipped.repeated = 0;
  for (const row of rows) {
    const file = sourceFile(source, row, metadata);
    if (pictures.has(file)) skipped.repeated++;
    else if (row.filename === '' || !(await exists(file))) missing.push(row.filename || '(no file name)');
    else
      pictures.set(file, {
        from: file,
        name: nameFor(file, names),
        patientId: `${covidSource}:${row.patientId || `${row.folder}/${row.filename}`}`,
        source: covidSource,
        view: row.view,
        license: row.license,
        metadata: row.metadata,
      });
  }
  const unreadable: string[] = [];
  const xrays = await writeClassFolder(folder, readable([...pictures.values()], unreadable, work), () => {
    const problems = [...missing.map((name) => `${name} is missing`), ...unreadable];
    return `none of the ${rows.length} pictures wanted from ${source} can be used: ${problems.slice(0, 10).join('; ')}`;
  });
  Object.assign(skipped, { missing: missing.length, unreadable: unreadable.length });
  return {
    rows: rows.length,
    taken: xrays.length,
    skipped: Object.fromEntries(Object.entries(skipped).filter(([, count]) => count > 0)),
    missing,
    to: folder,
    duplicates: findDuplicates(xrays).map((group) => group.map((xray) => path.basename(xray.path))),
    unreadable,
  };
}
