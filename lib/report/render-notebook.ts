import { escapeHtml } from '../notebook/escape-html';
import { type Cell, joinLines, type Output } from '../notebook/notebook-document';
import { highlight } from './highlight';
import type { Outline } from './notebook-outline';
import { renderOutput } from './render-output';
import { renderProse } from './render-prose';

// Streams come in many pieces; together they are one text.
function joinStreams(outputs: readonly Output[]): Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (
      last &&
      output.output_type === 'stream' &&
      last.output_type === 'stream' &&
      last.name === output.name
    ) {
      last.text = joinLines(last.text as string) + joinLines(output.text as string);
    } else joined.push({ ...output });
  }
  return joined;
}

// Parameters are what a reader looks for first, so they are not folded.
function renderCode({ source, metadata, execution_count }: Cell): string {
  const code = joinLines(source).trim();
  if (!code) return '';
  const parameters = metadata?.tags?.includes('parameters') ?? false;
  const lines = code.split('\n').length;
  const name = parameters ? 'Parameters' : 'Code';
  return (
    `<details class="code"${parameters ? ' open data-parameters' : ''}><summary>${name}` +
    `<span class="count"> ${execution_count ? `[${execution_count}] ` : ''}${lines} ${lines === 1 ? 'line' : 'lines'}` +
    `</span></summary><pre tabindex="0"><code>${highlight(code, 'typescript')}</code></pre></details>`
  );
}

async function renderCodeCell(cell: Cell): Promise<string> {
  const outputs = await Promise.all(joinStreams(cell.outputs ?? []).map(renderOutput));
  const shown = outputs.filter(Boolean).join('\n');
  return renderCode(cell) + (shown ? `<div class="outputs">${shown}</div>` : '');
}

/**
 * A notebook as a section of the page.
 * @param marks what must be said wherever its results are shown, e.g. "Synthetic data"
 */
export async function renderNotebook(
  outline: Outline,
  outlines: readonly Outline[],
  marks: readonly string[],
): Promise<string> {
  const cells: string[] = [];
  for (const outlined of outline.cells) {
    const { cell, tokens } = outlined;
    if (tokens) cells.push(`<div class="prose">${await renderProse(outlined, outline, outlines)}</div>`);
    else if (cell.cell_type === 'code') cells.push(await renderCodeCell(cell));
  }
  const badges = marks.map((mark) => `<li>${escapeHtml(mark)}</li>`).join('');
  return (
    `<section class="notebook" aria-labelledby="${outline.anchor}">\n` +
    `<h2 id="${outline.anchor}">${escapeHtml(outline.title)}</h2>\n` +
    `${badges ? `<ul class="marks">${badges}</ul>\n` : ''}${cells.join('\n')}\n</section>`
  );
}
