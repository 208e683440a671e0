import { asError } from '../core/check';
import { escapeHtml } from '../notebook/escape-html';
import { joinLines, type Output } from '../notebook/notebook-document';
import { keepAllowedHtml } from './allowed-html';
import { parseMarkdown, remark, renderMarkdown } from './markdown';
import { bitmapPicture, pictureTag } from './picture';
import { renderChart, renderChartFailure, renderChartPicture } from './render-chart';
import { terminalText } from './terminal-text';

type Bundle = Readonly<Record<string, unknown>>;

const chartTypes = [
  'application/vnd.vegalite.v5+json',
  'application/vnd.vegalite.v4+json',
  'application/vnd.vega.v5+json',
];
const bitmapTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** What `progressBar` leaves behind. */
const bar = /[█░]{24} \d+ %/;

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' || (Array.isArray(value) && value.every((line) => typeof line === 'string'))
    ? joinLines(value as string | string[])
    : undefined;

/** Text as it was printed; long text scrolls in its place. */
export const renderText = (text: string, kind = 'text'): string => {
  const shown = terminalText(text).replace(/\n+$/, '');
  return shown ? `<pre class="${kind}" tabindex="0">${escapeHtml(shown)}</pre>` : '';
};

function renderChartBundle(spec: unknown, svg: string | undefined): string {
  try {
    return renderChart(spec as Bundle, svg);
  } catch (error) {
    return renderChartFailure(asError(error));
  }
}

// What is wide scrolls in its place, and then has to be reachable by keyboard.
function renderHtml(html: string): string {
  const kept = keepAllowedHtml(html);
  return kept.includes('<table')
    ? `<div class="table" role="region" tabindex="0" aria-label="Table">${kept}</div>`
    : `<div class="table">${kept}</div>`;
}

async function renderBitmap(data: string, alt: string): Promise<string> {
  try {
    return `<figure>${pictureTag(await bitmapPicture(Buffer.from(data, 'base64')), alt)}</figure>`;
  } catch (error) {
    return remark(`A picture could not be read: ${asError(error).message}`);
  }
}

// Alternatives in the order of what says most; a bundle holds the same thing several times.
async function renderBundle(data: Bundle): Promise<string> {
  const text = asText(data['text/plain']) ?? '';
  const alt = terminalText(text).replace(/^\[(.*)\]$/s, '$1') || 'Output of the cell';
  const svg = asText(data['image/svg+xml']);
  const chart = chartTypes.map((type) => data[type]).find((spec) => spec && typeof spec === 'object');
  if (chart) return renderChartBundle(chart, svg);
  const html = asText(data['text/html']);
  if (html !== undefined) return renderHtml(html);
  if (svg !== undefined) return renderChartPicture(svg, alt);
  const bitmap = bitmapTypes.map((type) => asText(data[type])).find(Boolean);
  if (bitmap) return renderBitmap(bitmap, alt);
  const markdown = asText(data['text/markdown']);
  if (markdown !== undefined) return `<div class="prose">${renderMarkdown(parseMarkdown(markdown))}</div>`;
  if (data['application/json'] !== undefined)
    return renderText(JSON.stringify(data['application/json'], null, 2));
  return renderText(text, bar.test(text) ? 'text progress' : 'text');
}

function renderError({ ename, evalue, traceback }: Output): string {
  const trace = terminalText(
    (asText(Array.isArray(traceback) ? traceback.join('\n') : traceback) ?? '').trim(),
  );
  const folded = trace
    ? `<details><summary>Where</summary><pre tabindex="0">${escapeHtml(trace)}</pre></details>`
    : '';
  const message = terminalText(String(evalue ?? ''));
  return `<div class="error"><p><strong>${escapeHtml(String(ename ?? 'Error'))}</strong> ${escapeHtml(message)}</p>${folded}</div>`;
}

/** One output of a code cell as HTML. */
export async function renderOutput(output: Output): Promise<string> {
  if (output.output_type === 'error') return renderError(output);
  if (output.output_type === 'stream') {
    return renderText(asText(output.text) ?? '', output.name === 'stderr' ? 'text stderr' : 'text');
  }
  return renderBundle((output.data ?? {}) as Bundle);
}
