import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { allTokens, htmlToken, plainText, remark, renderMarkdown, type Token } from './markdown';
import type { Outline, OutlinedCell } from './notebook-outline';
import { bitmapPicture, type Picture, pictureTag, svgPicture } from './picture';
import { decodeAddress, resolveLink } from './resolve-link';

type Attachments = Readonly<Record<string, Readonly<Record<string, string>>>>;

const asPicture = (bytes: Buffer, svg: boolean): Picture | Promise<Picture> =>
  svg ? svgPicture(bytes.toString('utf8')) : bitmapPicture(bytes);

/**
 * The picture that a notebook's text names: attached to the cell, or a file beside the notebooks, in the folder above
 * them or below it. Nothing is fetched.
 */
async function openPicture(source: string, folder: string, attachments: Attachments): Promise<Picture> {
  if (source.startsWith('attachment:')) {
    const [mime, data] = Object.entries(attachments[source.slice('attachment:'.length)] ?? {})[0] ?? [];
    if (!mime || !data) throw new Error('not attached');
    return asPicture(Buffer.from(data, 'base64'), mime === 'image/svg+xml');
  }
  const inText = /^data:image\/(?:png|jpeg|gif|webp);base64,(.*)$/s.exec(source);
  if (inText) return bitmapPicture(Buffer.from(inText[1]!, 'base64'));
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(source)) throw new Error('not in the report, which fetches nothing');
  const file = path.resolve(folder, source);
  if (path.relative(path.dirname(folder), file).startsWith('..')) throw new Error('outside the project');
  return asPicture(await readFile(file), path.extname(file).toLowerCase() === '.svg');
}

async function renderImage(token: Token, outline: Outline, attachments: Attachments): Promise<Token> {
  const source = decodeAddress(String(token.attrGet('src') ?? ''));
  const alt = plainText(token);
  try {
    return htmlToken(token, pictureTag(await openPicture(source, outline.folder, attachments), alt));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    return htmlToken(token, remark(`Picture ${source} is missing (${reason}). ${alt}`));
  }
}

/** The text of a Markdown cell as HTML: its pictures in the page, its links leading where they can. */
export async function renderProse(
  { cell, tokens = [] }: OutlinedCell,
  outline: Outline,
  outlines: readonly Outline[],
): Promise<string> {
  const attachments = (cell.attachments ?? {}) as Attachments;
  for (const token of allTokens(tokens)) {
    if (token.type !== 'link_open') continue;
    const target = resolveLink(String(token.attrGet('href') ?? ''), outline, outlines);
    if (target === undefined) token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'href');
    else token.attrSet('href', target);
    if (target && !target.startsWith('#')) token.attrSet('rel', 'noopener noreferrer');
  }
  for (const token of tokens) {
    if (!token.children?.some(({ type }) => type === 'image')) continue;
    token.children = await Promise.all(
      token.children.map((child) =>
        child.type === 'image' ? renderImage(child, outline, attachments) : child,
      ),
    );
  }
  return renderMarkdown(tokens);
}
