import { inspect } from 'node:util';
import type { ChartSpec } from '../plots/theme';
import { chartSvg } from './chart';
import { describeAudit, isAudit } from './describe-audit';
import { describeEvaluation, isEvaluation } from './describe-evaluation';
import { describeSplit, describeXrays, isSplit, isXrays } from './describe-xrays';
import { type Bundle, display } from './display';
import { wordsOf } from './picture-words';
import { isDataFrame, Table, table } from './table';

interface Output {
  readonly bundle: Bundle;
  readonly metadata?: object;
}

const marks = ['mark', 'layer', 'hconcat', 'vconcat', 'concat', 'facet', 'repeat', 'spec'];
const isChart = (value: object): value is ChartSpec =>
  String((value as ChartSpec).$schema ?? '').includes('vega-lite') ||
  ('data' in value && marks.some((key) => key in value));

function pictureType(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return 'image/png';
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff ? 'image/jpeg' : undefined;
}

// The interactive chart wins in JupyterLab, the SVG where there are no scripts. Never HTML beside: it would win.
function chartOutput(spec: ChartSpec): Output {
  const alt = typeof spec.description === 'string' ? spec.description : 'Chart';
  return {
    bundle: {
      'application/vnd.vegalite.v5+json': spec,
      'image/svg+xml': chartSvg(spec),
      'text/plain': alt,
    },
    metadata: { 'image/svg+xml': { alt }, 'image/png': { alt } },
  };
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

/** How a value is shown. */
export function outputOf(value: unknown): Output {
  if (value instanceof Uint8Array) return bytesOutput(value);
  if (value instanceof Table) return tableOutput(value);
  if (isDataFrame(value)) return tableOutput(table(value));
  if (isXrays(value)) return tableOutput(describeXrays(value));
  if (typeof value === 'string') return { bundle: { 'text/plain': value } };
  if (typeof value === 'object' && value !== null) {
    const markup = markupOutput(value);
    if (markup) return markup;
    if (isChart(value)) return chartOutput(value);
    if (isAudit(value)) return tableOutput(describeAudit(value));
    if (isEvaluation(value)) return tableOutput(describeEvaluation(value));
    if (isSplit(value)) return tableOutput(describeSplit(value));
  }
  return { bundle: { 'text/plain': inspect(value, { depth: 3, maxArrayLength: 20, breakLength: 100 }) } };
}

/**
 * Shows a value under the cell; outside a notebook prints it as text. It is shown when this returns: nothing to await.
 * - a chart of `plots`, or any Vega-Lite 5 specification with its data inside: interactive, with an SVG beside
 * - a `table(…)`, a danfojs DataFrame or Series
 * - an `Evaluation`, an `Audit`, a `Split`, records of pictures: as a table
 * - the bytes of a PNG or JPEG, such as a `collage`
 * - `{ html }`, `{ markdown }`, `{ svg }`, each with `text` for terminals if wanted
 * - anything else: as text
 * @throws Error from Vega-Lite for a specification that it does not understand
 */
export function show(value: unknown): void {
  const { bundle, metadata } = outputOf(value);
  display(bundle, metadata);
}
