import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure, noFigure } from '../evaluation/format-figure';

/** Whether a value is a figure with its interval, or stands for one that does not exist. */
export const isFigure = (value: unknown): value is PossibleFigure =>
  typeof value === 'object' && value !== null && 'value' in value && 'low' in value && 'high' in value;

/** Whether a value is set to the right: numbers and figures. */
export const isNumeric = (value: unknown): boolean => typeof value === 'number' || isFigure(value);

function formatNumber(value: number, digits: number): string {
  if (Number.isNaN(value)) return noFigure;
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e9 || size < 10 ** -digits / 2 ? value.toExponential(2) : value.toFixed(digits);
}

/**
 * A value of a table as text: figures with their interval, whole numbers as they are, others with `digits` decimals,
 * nothing as a dash.
 */
export function formatCell(value: unknown, digits = 3): string {
  if (value === null || value === undefined) return noFigure;
  if (isFigure(value)) return formatFigure(value, digits);
  if (typeof value === 'number') return formatNumber(value, digits);
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => formatCell(item, digits)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
