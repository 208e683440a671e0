import { readFile } from 'node:fs/promises';
import { byText } from '../core/by-text';
import { InputError } from '../core/check';
import { writeFileAtomic } from '../core/files';

/** An output of a code cell, as in a notebook file (nbformat 4). */
export interface Output {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
  [field: string]: unknown;
}

/** A cell, as in a notebook file; its source is one text or its lines. */
export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  id?: string;
  source: string | string[];
  metadata: { tags?: string[]; [field: string]: unknown };
  execution_count?: number | null;
  outputs?: Output[];
  [field: string]: unknown;
}

/** A notebook file of nbformat 4. */
export interface NotebookDocument {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: Cell[];
  [field: string]: unknown;
}

/** A text that a notebook may hold as its lines. */
export const joinLines = (text: string | readonly string[]): string =>
  typeof text === 'string' ? text : text.join('');

const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/**
 * Reads a notebook file.
 * @throws InputError if there is no such file or it is no notebook of nbformat 4
 */
export async function readNotebook(file: string): Promise<NotebookDocument> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`Cannot read the notebook ${file}: ${error.message}`);
  });
  let notebook: NotebookDocument;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is no notebook: it is not JSON (${(error as Error).message})`);
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells))
    throw new InputError(
      `${file} is no notebook of format 4 (nbformat is ${notebook?.nbformat}); save it with a current Jupyter`,
    );
  for (const [index, cell] of notebook.cells.entries()) {
    const { source } = cell ?? {};
    if (typeof source !== 'string' && !Array.isArray(source))
      throw new InputError(`${file} is damaged: cell ${index + 1} has no source`);
  }
  return notebook;
}

// As Jupyter does: texts as lists of lines, keys sorted, one space of indentation; a rerun then differs in results only.
function asSaved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSaved);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => byText(a, b))
      .map(([key, entry]) => [key, asSaved(entry)]),
  );
}

const isText = (mime: string): boolean =>
  mime.startsWith('text/') || mime === 'image/svg+xml' || mime === 'application/javascript';

function savedOutput(output: Output): Output {
  if (typeof output.text === 'string') return { ...output, text: splitLines(output.text) };
  if (!output.data) return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    isText(mime) && typeof value === 'string' ? splitLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

const savedCell = (cell: Cell): Cell => ({
  ...cell,
  source: splitLines(joinLines(cell.source)),
  ...(cell.outputs ? { outputs: cell.outputs.map(savedOutput) } : {}),
});

/** Writes a notebook whole or not at all, in the form in which Jupyter saves it. */
export const writeNotebook = (file: string, notebook: NotebookDocument): Promise<void> =>
  writeFileAtomic(
    file,
    `${JSON.stringify(asSaved({ ...notebook, cells: notebook.cells.map(savedCell) }), null, 1)}\n`,
  );
