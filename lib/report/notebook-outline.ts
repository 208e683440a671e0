import path from 'node:path';
import { type Cell, joinLines, readNotebook } from '../notebook/notebook-document';
import { slug, takeAnchor } from './heading-anchor';
import { parseMarkdown, plainText, type Token } from './markdown';

/** A heading below a notebook's title. */
export interface Heading {
  /** 2 and up, as in the notebook. */
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

/** A cell to be rendered: its text already parsed where it is Markdown. */
export interface OutlinedCell {
  readonly cell: Cell;
  readonly tokens?: Token[];
}

/** A notebook with its headings found and named. */
export interface Outline {
  readonly file: string;
  /** The folder that the pictures of its text are named from. */
  readonly folder: string;
  /** The first heading of the first level, else the file's name. */
  readonly title: string;
  readonly anchor: string;
  readonly headings: readonly Heading[];
  readonly cells: readonly OutlinedCell[];
}

// The title stands above the section, and every heading moves down one level: the report's own title is the first.
function takeHeadings(tokens: Token[], stem: string, taken: Set<string>, titled: boolean) {
  const headings: Heading[] = [];
  let title: string | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.type !== 'heading_open') continue;
    const level = Number(token.tag.slice(1));
    const text = plainText(tokens[i + 1]!);
    if (level === 1 && !titled && title === undefined) {
      title = text;
      tokens.splice(i--, 3);
      continue;
    }
    const anchor = takeAnchor(`${stem}-${slug(text)}`, taken);
    token.tag = tokens[i + 2]!.tag = `h${Math.min(6, Math.max(level, 2) + 1)}`;
    token.attrSet('id', anchor);
    headings.push({ level: Math.max(level, 2), text, anchor });
  }
  return { title, headings };
}

/**
 * Reads an executed notebook and names its headings.
 * @param taken anchors in use; this notebook's are added
 * @param folder that the pictures of its text are named from. Default: the file's own
 * @throws InputError if the file cannot be read or is no notebook
 */
export async function outlineNotebook(
  file: string,
  taken: Set<string>,
  folder: string = path.dirname(file),
): Promise<Outline> {
  const { cells } = await readNotebook(file);
  const name = path.basename(file, path.extname(file));
  const stem = takeAnchor(slug(name), taken);
  const headings: Heading[] = [];
  let title: string | undefined;
  const outlined = cells.map((cell): OutlinedCell => {
    if (cell.cell_type !== 'markdown') return { cell };
    const tokens = parseMarkdown(joinLines(cell.source));
    const found = takeHeadings(tokens, stem, taken, title !== undefined);
    title ??= found.title;
    headings.push(...found.headings);
    return { cell, tokens };
  });
  return {
    file: path.resolve(file),
    folder: path.resolve(folder),
    title: title || name,
    anchor: stem,
    headings,
    cells: outlined,
  };
}
