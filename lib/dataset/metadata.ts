import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { asError, InputError } from '../core/check';
import { mostTable, readLimited } from '../core/read-limited';

/** One row of covid-chestxray-dataset's metadata.csv, as far as it is used; the same for all forms of the file. */
export interface MetadataRow {
  readonly patientId: string;
  readonly finding: string;
  readonly view: string;
  /** Empty in the first form of the file, which has no such column. */
  readonly modality: string;
  /** Folder of the picture in the dataset; "images" where the file does not say. */
  readonly folder: string;
  readonly filename: string;
  readonly license: string;
  /** All further columns that say something, by their names in the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

type Column = Exclude<keyof MetadataRow, 'metadata'>;

/** Other names that a column has had, lower case, `_` for space. */
const aliases: Readonly<Record<string, Column>> = {
  patientid: 'patientId',
  patient_id: 'patientId',
  finding: 'finding',
  findings: 'finding',
  view: 'view',
  modality: 'modality',
  folder: 'folder',
  filename: 'filename',
  file_name: 'filename',
  license: 'license',
  licence: 'license',
};

const needed = ['patientId', 'finding', 'view', 'filename'] as const;

/** Before the names of columns that are only passed on. */
const further = 'metadata.';

function columnsOf(header: readonly string[], file: string): (string | false)[] {
  const columns = header.map((name) => {
    const known = aliases[name.trim().toLowerCase().replaceAll(/\s+/g, '_')];
    return known ?? (name.trim() !== '' && `${further}${name.trim()}`);
  });
  const absent = needed.filter((column) => !columns.includes(column));
  if (absent.length)
    throw new InputError(
      `${file} lacks the column ${absent.join(', ')}; its header is ${header.map((name) => name.trim()).join(',')}`,
    );
  return columns;
}

/**
 * Reads metadata.csv of ieee8023/covid-chestxray-dataset in any of the forms it has had (March to October 2020):
 * headers in any case, with spaces around or inside, columns added, renamed and empty at the end.
 * @throws InputError naming the file if it is missing, larger than 256 MB, no CSV, or without a needed column
 */
export async function readMetadata(file: string): Promise<MetadataRow[]> {
  const text = await readLimited(file, mostTable).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof InputError) throw error;
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
      throw new InputError(`${file} cannot be opened (${error.code}); check its permissions`);
    throw new InputError(
      `${file} does not exist; expected a copy of github.com/ieee8023/covid-chestxray-dataset ` +
        `with metadata.csv and images/ in ${path.dirname(file)}`,
    );
  });
  let rows: Partial<Record<Column, string>>[];
  try {
    rows = parse(text, {
      bom: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      columns: (header: string[]) => columnsOf(header, file),
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} is not CSV (${asError(error).message}); fetch it again`);
  }
  return rows.map(
    ({
      patientId = '',
      finding = '',
      view = '',
      modality = '',
      folder,
      filename = '',
      license = '',
      ...rest
    }) => ({
      ...{ patientId, finding, view, modality, filename, license },
      folder: folder || 'images',
      metadata: Object.fromEntries(
        Object.entries<string>(rest)
          .filter(([, value]) => value !== '')
          .map(([name, value]) => [name.slice(further.length), value]),
      ),
    }),
  );
}
