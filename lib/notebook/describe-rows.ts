import { isFigure } from './format-cell';
import { type Table, table } from './table';

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !isFigure(value);

const isSimple = (value: unknown): boolean =>
  value === null || isFigure(value) || !['object', 'function'].includes(typeof value);

const fits = (value: unknown): boolean =>
  isSimple(value) || (Array.isArray(value) && value.length <= 8 && value.every(isSimple));

/** A list of objects as a table of their texts, numbers and figures; undefined for another list, or if there are none. */
export function describeRows(list: readonly unknown[]): Table | undefined {
  if (!list.length || !list.every(isPlain)) return undefined;
  const names = [...new Set(list.flatMap((row) => Object.keys(row)))];
  const columns = names.filter((name) => list.every((row) => fits(row[name])));
  const others = names.filter((name) => !columns.includes(name));
  if (!columns.length) return undefined;
  return table(list, {
    columns,
    ...(others.length && { note: `Not in the table: ${others.join(', ')}.` }),
  });
}
