import path from 'node:path';
import { InputError } from '../core/check';
import { writeFileAtomic } from '../core/files';
import { escapeHtml } from '../notebook/escape-html';
import { auditSection, type ReportedAudit } from './audit-section';
import { chartScripts } from './chart-scripts';
import { type Entry, renderContents } from './contents';
import { renderInline } from './markdown';
import { type Outline, outlineNotebook } from './notebook-outline';
import { renderPage } from './page';
import { renderNotebook } from './render-notebook';
import { type ReportSummary, reportSummary } from './report-summary';

/** Something that readers must know before they read on. */
export interface Notice {
  /** In two or three words, kept in view: "Synthetic data". */
  readonly label: string;
  /** In a sentence; Markdown of one line. */
  readonly text: string;
}

export interface ReportOptions {
  /** Executed notebooks (nbformat 4), in order. */
  readonly notebooks: readonly string[];
  /** The folder that they were written in, which the pictures of their text are named from. Default: each one's own. */
  readonly writtenIn?: string;
  /** The file to write, e.g. report/index.html. */
  readonly output: string;
  /** What it ran on, at the end: back end, versions, data hashes. */
  readonly environment: { readonly rows: readonly (readonly [name: string, value: string])[] };
  /** Synthetic data, random weights, the back end's reason: on top; those with a label stay in view. Default none. */
  readonly notices?: readonly (string | Notice)[];
  /** On top, before the notebooks. Default none. */
  readonly summary?: ReportSummary;
  /** Of the pictures, after the summary. Default none. */
  readonly audits?: readonly ReportedAudit[];
  /** Default "Deep transfer learning on chest X-rays". */
  readonly title?: string;
}

/** What was written. */
export interface ReportFile {
  readonly file: string;
  readonly bytes: number;
}

function renderEnvironment(rows: ReportOptions['environment']['rows']): string {
  if (!rows.length) return '';
  const lines = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return (
    '<section class="environment" aria-labelledby="environment"><h2 id="environment">What this ran on</h2>' +
    `<div class="table" role="region" tabindex="0" aria-label="Environment"><table><tbody>${lines.join('')}</tbody></table></div></section>`
  );
}

const failureOf = ({ cells, title, anchor }: Outline): string | undefined => {
  const failed = cells.filter(({ cell }) => cell.outputs?.some(({ output_type }) => output_type === 'error'));
  if (!failed.length) return undefined;
  const count = failed.length === 1 ? 'A cell' : `${failed.length} cells`;
  return `<strong class="failed">${count} failed</strong> in <a href="#${anchor}">${escapeHtml(title)}</a>.`;
};

const entryOf = ({ title, anchor, headings }: Outline): Entry => ({
  text: title,
  anchor,
  entries: headings.filter(({ level }) => level === 2),
});

/**
 * Makes one self-contained HTML file of executed notebooks: prose, figures, interactive charts, code folded. The file
 * fetches nothing, runs no script but its own, and takes all that notebooks hold for text to be shown.
 * @throws InputError if there are no notebooks, or one cannot be read or is none
 */
export async function buildReport(options: ReportOptions): Promise<ReportFile> {
  const { notebooks, environment, notices = [], summary = {}, audits = [] } = options;
  if (!notebooks.length) throw new InputError('notebooks is empty; name the executed notebooks to report on');
  const taken = new Set(['contents', 'report', 'summary', 'audit', 'environment', 'unfold']);
  const outlines: Outline[] = [];
  for (const file of notebooks) outlines.push(await outlineNotebook(file, taken, options.writtenIn));
  const labels = notices.flatMap((notice) => (typeof notice === 'string' ? [] : [notice.label]));
  const sections: string[] = [];
  for (const outline of outlines) sections.push(await renderNotebook(outline, outlines, labels));
  const top = reportSummary(summary);
  const audited = auditSection(audits);
  const end = renderEnvironment(environment.rows);
  const page = renderPage({
    title: options.title ?? 'Deep transfer learning on chest X-rays',
    badges: labels,
    notices: [
      ...outlines.flatMap((outline) => failureOf(outline) ?? []),
      ...notices.map((notice) =>
        typeof notice === 'string'
          ? renderInline(notice)
          : `<strong>${escapeHtml(notice.label)}.</strong> ${renderInline(notice.text)}`,
      ),
    ],
    contents: renderContents([
      ...(top ? [{ text: 'Summary', anchor: 'summary' }] : []),
      ...(audited ? [{ text: 'Audit', anchor: 'audit' }] : []),
      ...outlines.map(entryOf),
      ...(end ? [{ text: 'What this ran on', anchor: 'environment' }] : []),
    ]),
    summary: `${top}${audited}`,
    notebooks: sections,
    environment: end,
    scripts: await chartScripts(sections.some((section) => section.includes('<figure class="chart">'))),
  });
  const file = path.resolve(options.output);
  await writeFileAtomic(file, page);
  return { file, bytes: Buffer.byteLength(page) };
}
