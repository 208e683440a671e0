import { parse } from 'csv-parse/sync';
import { asError, InputError } from '../core/check';
import { mostTable, readLimited } from '../core/read-limited';

/** A table read from a file. */
export interface Table {
  /** Every row has every column. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** The column of this name, in any case, as the header writes it. @throws InputError with the columns there are */
  column(name: string): string;
  /** The different values of a column, sorted. */
  valuesOf(name: string): string[];
}

/** What separates the cells of a header. */
const separatorOf = (header: string): string => {
  const count = (mark: string) => header.split(mark).length;
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
};

/**
 * Reads a table: CSV with a header, its cells separated by commas, semicolons or tabs.
 * @throws InputError naming the file if it cannot be opened, is larger than 256 MB, is no CSV, or has no rows
 */
export async function readTable(file: string): Promise<Table> {
  const bytes = await readLimited(file, mostTable).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} cannot be opened (${error.code}); name a CSV file with a header`);
  });
  const text = bytes.toString('utf8');
  let rows: Record<string, string>[];
  try {
    const delimiter = separatorOf(text.split('\n', 1)[0]!);
    rows = parse(text, { bom: true, trim: true, columns: true, delimiter, skip_empty_lines: true });
  } catch (error) {
    throw new InputError(`${file} is not CSV (${asError(error).message})`);
  }
  if (!rows.length) throw new InputError(`${file} has no rows below its header`);
  const columns = Object.keys(rows[0]!);
  const column = (name: string): string => {
    const found =
      columns.find((own) => own === name) ??
      columns.find((own) => own.toLowerCase() === name.trim().toLowerCase());
    if (found === undefined)
      throw new InputError(`${file} has no column "${name}"; its columns are ${columns.join(', ')}`);
    return found;
  };
  const valuesOf = (name: string) => [...new Set(rows.map((row) => row[column(name)]!))].sort();
  return { rows, column, valuesOf };
}
