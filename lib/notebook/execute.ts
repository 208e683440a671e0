import { performance } from 'node:perf_hooks';
import { languageInfo } from './language';
import { type CellOptions, NotebookProcess } from './notebook-child';
import {
  type Cell,
  joinLines,
  type NotebookDocument,
  readNotebook,
  writeNotebook,
} from './notebook-document';

export interface ExecuteOptions extends CellOptions {
  /** Where the executed notebook is written. May be the notebook itself. */
  readonly output: string;
  /** Environment variables for the cells, beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The process that the cells run in, started ahead; it is closed at the end. Default: a new one with `env`. */
  readonly child?: NotebookProcess;
  /** Told before each code cell runs: its number, from 1, and how many there are. */
  readonly onCell?: (index: number, total: number) => void;
}

export interface ExecuteResult {
  readonly ok: boolean;
  /** What stopped the notebook, and in which code cell, counted from 1 as its execution count. */
  readonly error?: { readonly cell: number; readonly name: string; readonly message: string };
  readonly seconds: number;
}

const runnable = (cell: Cell): boolean =>
  cell.cell_type === 'code' &&
  joinLines(cell.source).trim() !== '' &&
  !cell.metadata?.tags?.includes('skip-execution');

/** Runs the cells and puts their outputs in their places; returns what stopped them. */
async function runCells(
  document: NotebookDocument,
  child: NotebookProcess,
  options: ExecuteOptions,
): Promise<ExecuteResult['error']> {
  const { onCell, signal } = options;
  const cells = document.cells.filter(runnable);
  for (const [index, cell] of document.cells.entries()) {
    cell.id ??= `cell-${index + 1}`;
    cell.metadata ??= {};
    if (cell.cell_type === 'code') Object.assign(cell, { execution_count: null, outputs: [] });
  }
  for (const [index, cell] of cells.entries()) {
    signal?.throwIfAborted();
    onCell?.(index + 1, cells.length);
    const outputs = child.outputs.begin();
    const reply = await child.run(joinLines(cell.source), options);
    signal?.throwIfAborted();
    Object.assign(cell, { execution_count: reply.executionCount || index + 1, outputs });
    if (!reply.error) continue;
    const { ename, evalue, traceback } = reply.error;
    // What ended the process or its time says more than the interrupt that followed.
    const told = outputs.at(-1)?.output_type === 'error';
    if (told && reply.executionCount === 0) outputs.pop();
    if (!told || reply.executionCount === 0) outputs.push({ output_type: 'error', ename, evalue, traceback });
    if (cell.metadata.tags?.includes('raises-exception') && reply.executionCount > 0) continue;
    return { cell: index + 1, name: ename, message: evalue };
  }
  return undefined;
}

/**
 * Runs a notebook's code cells in order, as the project's Jupyter kernel runs them but without Jupyter, in a process
 * of its own whose working folder is the notebook's, and writes the executed notebook (nbformat 4.5) whole or not at
 * all. Stops at the first error, which is in the written notebook too. Cells tagged `skip-execution` are not run;
 * after an error in one tagged `raises-exception` it goes on.
 * @throws InputError if the file is no notebook
 * @throws the signal's reason if it is aborted; nothing is written then
 */
export async function executeNotebook(notebook: string, options: ExecuteOptions): Promise<ExecuteResult> {
  const { output, signal, env, child = new NotebookProcess(notebook, env) } = options;
  const began = performance.now();
  try {
    signal?.throwIfAborted();
    const document = await readNotebook(notebook);
    const error = await runCells(document, child, options);
    Object.assign(document, { nbformat: 4, nbformat_minor: 5 });
    Object.assign(document.metadata, {
      kernelspec: {
        display_name: 'TypeScript (xray-transfer)',
        language: 'typescript',
        name: 'xray-transfer',
      },
      language_info: languageInfo,
    });
    await writeNotebook(output, document);
    return { ok: !error, ...(error && { error }), seconds: (performance.now() - began) / 1000 };
  } finally {
    await child.close();
  }
}
