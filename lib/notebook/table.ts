import { checkWhole, InputError } from '../core/check';
import { escapeHtml } from './escape-html';
import { formatCell, isNumeric } from './format-cell';

/** One column: what it shows of a row, under which heading. */
export interface Column {
  /** The rows' property. */
  readonly key: string;
  /** Heading. Default: the key. */
  readonly title?: string;
  /** Decimals of numbers that are not whole. Default 3. */
  readonly digits?: number;
}

export interface TableOptions {
  /** Above the table. */
  readonly caption?: string;
  /** Below the table. */
  readonly note?: string;
  /** Which columns, in which order. Default: every property of the rows. */
  readonly columns?: readonly (string | Column)[];
  /** How many rows are shown; the number of the others is said. Default 50. */
  readonly limit?: number;
}

/** What danfojs' DataFrame and Series have. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
}

/** A table ready to be shown: `show(table(rows))`. */
export class Table {
  constructor(
    /** For people who look; plain tags only, which JupyterLab's sanitizer and every export keep. */
    readonly html: string,
    /** For terminals; columns aligned. */
    readonly text: string,
  ) {}
}

/** Whether a value is a data frame. */
export const isDataFrame = (value: unknown): value is DataFrameLike =>
  typeof value === 'object' &&
  value !== null &&
  ['columns', 'index', 'values'].every((key) => Array.isArray((value as Record<string, unknown>)[key]));

type Row = Readonly<Record<string, unknown>>;
interface Grid {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
}

// Keys that no property has: two columns of a data frame may bear one name.
function frameGrid({ columns, index, values }: DataFrameLike): Grid {
  const named = index.some((name, i) => name !== i);
  return {
    rows: values.map((value, i) => {
      const cells = Array.isArray(value) ? value : [value];
      return { index: index[i], ...Object.fromEntries(cells.map((cell, j) => [`column ${j}`, cell])) };
    }),
    columns: [
      ...(named ? [{ key: 'index', title: '' }] : []),
      ...columns.map((title, j) => ({ key: `column ${j}`, title: String(title) })),
    ],
  };
}

function gridOf(rows: readonly object[] | DataFrameLike, chosen: TableOptions['columns']): Grid {
  const grid: Grid = isDataFrame(rows)
    ? frameGrid(rows)
    : {
        rows: rows as readonly Row[],
        columns: [...new Set(rows.flatMap((row) => Object.keys(row)))].map((key) => ({ key })),
      };
  if (!chosen) return grid;
  const columns = chosen.map((column): Column => {
    const wanted = typeof column === 'string' ? { key: column } : column;
    const known = grid.columns.find(({ key, title }) => (title ?? key) === wanted.key);
    if (known) return { ...known, ...wanted, key: known.key, title: wanted.title ?? known.title };
    const names = grid.columns.map(({ key, title }) => title ?? key).filter(Boolean);
    throw new InputError(`columns has "${wanted.key}"; the rows have ${names.join(', ') || 'none'}`);
  });
  return { ...grid, columns };
}

/**
 * Rows as a table.
 * @param rows objects, or a danfojs DataFrame or Series; figures ({value, low, high}) are shown with their interval
 * @throws InputError for a column that no row has
 */
export function table(rows: readonly object[] | DataFrameLike, options: TableOptions = {}): Table {
  const { caption, note, limit = 50 } = options;
  checkWhole('limit', limit, 1);
  const grid = gridOf(rows, options.columns);
  const left = grid.rows.length - limit;
  const titles = grid.columns.map(({ key, title = key }) => title);
  const numeric = grid.columns.map(({ key }) => grid.rows.some((row) => isNumeric(row[key])));
  const cells = grid.rows
    .slice(0, limit)
    .map((row) => grid.columns.map(({ key, digits }) => formatCell(row[key], digits)));
  const after = [left > 0 ? `… and ${left} more rows` : '', note ?? ''].filter(Boolean);
  return new Table(
    toHtml({ caption, titles, numeric, cells, after }),
    toText({ caption, titles, numeric, cells, after }),
  );
}

interface Parts {
  readonly caption: string | undefined;
  readonly titles: readonly string[];
  readonly numeric: readonly boolean[];
  readonly cells: readonly (readonly string[])[];
  readonly after: readonly string[];
}

/** Where a column is narrow, an interval goes below its figure and is not broken itself. */
export const unbrokenIntervals = (cell: string): string =>
  cell.replaceAll(/(\[-?[\d.]+,) (-?[\d.]+\])/g, '$1&nbsp;$2');
/** Nor is a date. */
const isDate = (cell: string): boolean => /^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/.test(cell);

// No th, thead or caption: JupyterLab's HTML export strips them. It strips the style as well, but keeps the cell.
function toHtml({ caption, titles, numeric, cells, after }: Parts): string {
  const td = (content: string, i: number, attributes = '') =>
    `<td${attributes} style="text-align: ${numeric[i] ? 'right' : 'left'}${isDate(content) ? '; white-space: nowrap' : ''}">${content}</td>`;
  const head = titles.map((title, i) => td(`<b>${escapeHtml(title)}</b>`, i, ' role="columnheader"'));
  const lines = [
    head,
    ...cells.map((row) => row.map((cell, i) => td(unbrokenIntervals(escapeHtml(cell)), i))),
  ];
  return [
    caption ? `<div><b>${unbrokenIntervals(escapeHtml(caption))}</b></div>` : '',
    `<table>${lines.map((line) => `<tr>${line.join('')}</tr>`).join('\n')}</table>`,
    ...after.map((line) => `<div>${escapeHtml(line)}</div>`),
  ]
    .filter(Boolean)
    .join('\n');
}

function toText({ caption, titles, numeric, cells, after }: Parts): string {
  const widths = titles.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [caption, line(titles), ...cells.map(line), ...after]
    .filter((text) => text !== undefined)
    .join('\n');
}
