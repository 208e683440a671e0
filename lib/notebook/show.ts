import { inspect } from 'node:util';
import { formatFigure } from '../evaluation/format-figure';
import { historyChart } from '../plots/history-chart';
import type { ChartSpec } from '../plots/theme';
import type { History } from '../transfer/history';
import { chartOutput, type Output } from './chart-output';
import { describeAudit, isAudit } from './describe-audit';
import { describeCrossValidation, isCrossValidation } from './describe-cross-validation';
import { describeEvaluation, isEvaluation } from './describe-evaluation';
import { describeMachine, isMachine } from './describe-machine';
import { describeModel, describePredictions, isModel, isPredictions } from './describe-model';
import { describeRows } from './describe-rows';
import { describeRuns, isRuns } from './describe-runs';
import { describeSplit, describeXray, describeXrays, isSplit, isXray, isXrays } from './describe-xrays';
import { display } from './display';
import { isFigure } from './format-cell';
import { wordsOf } from './picture-words';
import { isDataFrame, Table, table } from './table';

const marks = ['mark', 'layer', 'hconcat', 'vconcat', 'concat', 'facet', 'repeat', 'spec'];
const isChart = (value: object): value is ChartSpec =>
  String((value as ChartSpec).$schema ?? '').includes('vega-lite') ||
  ('data' in value && marks.some((key) => key in value));

function pictureType(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return 'image/png';
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff ? 'image/jpeg' : undefined;
}

const tableOutput = ({ html, text }: Table): Output => ({
  bundle: { 'text/html': html, 'text/plain': text },
});

const texts = { html: 'text/html', markdown: 'text/markdown', svg: 'image/svg+xml' } as const;

function markupOutput(value: object): Output | undefined {
  const keys = Object.keys(value).filter((key) => key !== 'text') as (keyof typeof texts)[];
  const entries = Object.entries(value);
  if (keys.length !== 1 || !(keys[0]! in texts) || entries.some(([, text]) => typeof text !== 'string'))
    return;
  const markup = value as Partial<Record<keyof typeof texts | 'text', string>>;
  const source = markup[keys[0]!]!;
  return { bundle: { [texts[keys[0]!]]: source, 'text/plain': markup.text ?? source } };
}

function bytesOutput(bytes: Uint8Array): Output {
  const type = pictureType(bytes);
  const text = wordsOf(bytes) ?? `${type ?? 'unknown bytes'}, ${bytes.length} bytes`;
  return {
    bundle: { ...(type && { [type]: bytes }), 'text/plain': text },
    ...(type && { metadata: { [type]: { alt: text } } }),
  };
}

const isHistory = (value: object): value is History =>
  'epochs' in value && Array.isArray(value.epochs) && value.epochs.length > 0 && 'bestEpoch' in value;

const textOutput = (text: string): Output => ({ bundle: { 'text/plain': text } });
const inspected = (value: unknown): Output =>
  textOutput(inspect(value, { depth: 3, maxArrayLength: 20, breakLength: 100 }));

function listOutput(list: readonly unknown[]): Output | undefined {
  if (isXrays(list)) return tableOutput(describeXrays(list));
  if (isRuns(list)) return tableOutput(describeRuns(list));
  if (isPredictions(list)) return tableOutput(describePredictions(list));
  const rows = describeRows(list);
  return rows && tableOutput(rows);
}

function objectOutput(value: object): Output | undefined {
  if (value instanceof Promise)
    return textOutput('A promise of a value: write await before it to see the value.');
  const markup = markupOutput(value);
  if (markup) return markup;
  if (isChart(value)) return chartOutput(value);
  if (isModel(value)) return tableOutput(describeModel(value));
  if (isAudit(value)) return tableOutput(describeAudit(value));
  if (isEvaluation(value)) return tableOutput(describeEvaluation(value));
  if (isCrossValidation(value)) return tableOutput(describeCrossValidation(value));
  if (isSplit(value)) return tableOutput(describeSplit(value));
  if (isXray(value)) return tableOutput(describeXray(value));
  if (isMachine(value)) return tableOutput(describeMachine(value));
  if (isHistory(value)) return chartOutput(historyChart(value));
  return isFigure(value) ? textOutput(formatFigure(value)) : undefined;
}

/** How a value is shown. */
export function outputOf(value: unknown): Output {
  if (value instanceof Uint8Array) return bytesOutput(value);
  if (value instanceof Table) return tableOutput(value);
  if (isDataFrame(value)) return tableOutput(table(value));
  if (typeof value === 'string') return textOutput(value);
  if (Array.isArray(value)) return listOutput(value) ?? inspected(value);
  if (typeof value === 'object' && value !== null) return objectOutput(value) ?? inspected(value);
  return inspected(value);
}

/** How the value that ends a cell is shown: as by `show`; as text where what looks like a chart is none. */
export function resultOf(value: unknown): Output {
  try {
    return outputOf(value);
  } catch {
    return inspected(value);
  }
}

/**
 * Shows a value under the cell; outside a notebook prints it as text. It is shown when this returns: nothing to await.
 * A value that ends a cell is shown in the same way.
 * - a chart of `plots`, or any Vega-Lite 5 specification with its data inside: interactive, with an SVG beside
 * - a `table(…)`, a danfojs DataFrame or Series, a list of plain rows
 * - an `Evaluation`, a `CrossValidation`, an `Audit`, a `Split`, records of pictures, predictions, kept runs: as a table
 * - a model, what `examine` found: as a card; a `History`: as its chart
 * - the bytes of a PNG or JPEG, such as a `collage`
 * - `{ html }`, `{ markdown }`, `{ svg }`, each with `text` for terminals if wanted
 * - anything else: as text
 * @throws Error from Vega-Lite for a specification that it does not understand
 */
export function show(value: unknown): void {
  const { bundle, metadata } = outputOf(value);
  display(bundle, metadata);
}
