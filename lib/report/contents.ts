import { escapeHtml } from '../notebook/escape-html';

/** An entry of the contents, with those below it. */
export interface Entry {
  readonly text: string;
  readonly anchor: string;
  readonly entries?: readonly Entry[];
}

const link = ({ text, anchor }: Entry): string => `<a href="#${anchor}">${escapeHtml(text)}</a>`;

const list = (entries: readonly Entry[]): string =>
  `<ul>${entries.map((entry) => `<li>${link(entry)}${entry.entries?.length ? list(entry.entries) : ''}</li>`).join('')}</ul>`;

/** The contents, two levels deep. */
export const renderContents = (entries: readonly Entry[]): string =>
  `<nav id="contents" aria-label="Contents"><p class="heading">Contents</p>${list(entries)}</nav>`;
