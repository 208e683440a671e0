import { escapeHtml } from './escape-html';
import { formatCell } from './format-cell';
import { Table } from './table';

/** What a card says of a thing: a name and a value; without a value it is left out. */
export type CardEntry = readonly [name: string, value: unknown];

/** A value as HTML: what stands between backticks is to be typed. */
const valueHtml = (value: string): string => escapeHtml(value).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

/** One thing as a card: a heading, its properties a line each, remarks below. Plain tags only, as in tables. */
export function card(title: string, entries: readonly CardEntry[], notes: readonly string[] = []): Table {
  const lines = entries
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]): [string, string] => [name, formatCell(value)]);
  const cell = (content: string) => `<td style="text-align: left">${content}</td>`;
  const rows = lines.map(
    ([name, value]) => `<tr>${cell(`<b>${escapeHtml(name)}</b>`)}${cell(valueHtml(value))}</tr>`,
  );
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return new Table(
    [
      `<div><b>${escapeHtml(title)}</b></div>`,
      `<table>${rows.join('\n')}</table>`,
      ...notes.map((note) => `<div>${escapeHtml(note)}</div>`),
    ].join('\n'),
    [title, ...lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`), ...notes].join('\n'),
  );
}
