import MarkdownIt from 'markdown-it';
import { escapeHtml } from '../notebook/escape-html';
import { highlight } from './highlight';

// Tags in the text are shown, not obeyed.
const markdown = new MarkdownIt({ html: false, linkify: false, highlight });
export type Token = ReturnType<typeof markdown.parse>[number];

markdown.renderer.rules.table_open = () =>
  '<div class="table" role="region" tabindex="0" aria-label="Table"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

/** The pieces of a Markdown text, which may be changed before they are rendered. */
export const parseMarkdown = (text: string): Token[] => markdown.parse(text, {});

/** Pieces of Markdown as HTML. */
export const renderMarkdown = (tokens: Token[]): string =>
  markdown.renderer.render(tokens, markdown.options, {});

/** One line of Markdown as HTML without a paragraph around it. */
export const renderInline = (text: string): string => markdown.renderInline(text);

/** The words of an inline piece, without its markup. */
export const plainText = (inline: Token): string =>
  (inline.children ?? [])
    .map((child) => (child.type === 'softbreak' ? ' ' : child.type === 'image' ? '' : child.content))
    .join('')
    .trim();

/** All pieces, those inside lines too. */
export const allTokens = (tokens: readonly Token[]): Token[] =>
  tokens.flatMap((token) => [token, ...(token.children ?? [])]);

/** A piece that renders as given HTML. */
export function htmlToken(model: Token, html: string): Token {
  const token = Object.assign(Object.create(Object.getPrototypeOf(model)), model) as Token;
  return Object.assign(token, { type: 'html_inline', tag: '', nesting: 0, content: html, children: null });
}

/** A remark in place of what cannot be shown. */
export const remark = (text: string): string => `<span class="remark">${escapeHtml(text)}</span>`;
