import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { projectFolder } from '../core/settings';
import { OutputFolder } from './cell-outputs';
import type { CellReply } from './cell-session';
import { languageInfo } from './language';
import { type Cell, joinLines, readNotebook, writeNotebook } from './notebook-document';
import type { ProcessMessage } from './notebook-process';

export interface ExecuteOptions {
  /** Where the executed notebook is written. May be the notebook itself. */
  readonly output: string;
  /** Environment variables for the cells, beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told before each code cell runs: its number, from 1, and how many there are. */
  readonly onCell?: (index: number, total: number) => void;
  /** Interrupts the running cell and ends the run; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The time one cell may take, in seconds. Default: any. */
  readonly cellTimeoutSeconds?: number;
}

export interface ExecuteResult {
  readonly ok: boolean;
  /** What stopped the notebook, and in which code cell, counted from 1 as its execution count. */
  readonly error?: { readonly cell: number; readonly name: string; readonly message: string };
  readonly seconds: number;
}

/** How long an interrupted cell has to put its work in order before its process is killed, in milliseconds. */
const grace = 2000;
/** How much of what the process itself wrote is kept for telling why it died, in characters. */
const keptLog = 2000;

const runnable = (cell: Cell): boolean =>
  cell.cell_type === 'code' &&
  joinLines(cell.source).trim() !== '' &&
  !cell.metadata?.tags?.includes('skip-execution');

const failure = (ename: string, evalue: string): CellReply => ({
  status: 'error',
  executionCount: 0,
  error: { ename, evalue, traceback: [`${ename}: ${evalue}`] },
});

/** A notebook's cells in a child process, so that a crash, an exit or an endless loop in one harms only that. */
class NotebookProcess {
  readonly #child: ChildProcess;
  readonly outputs = new OutputFolder();
  #log = '';
  #settle: (reply: CellReply) => void = () => undefined;
  #died: CellReply | undefined;
  readonly #ready: Promise<void>;
  #begin: () => void = () => undefined;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    const script = path.join(projectFolder, 'dist', 'notebook', 'notebook-process.js');
    this.#child = fork(script, {
      cwd: folder,
      env: { ...process.env, ...env },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#ready = new Promise((resolve) => {
      this.#begin = resolve;
    });
    const keep = (text: Buffer) => {
      this.#log = `${this.#log}${text}`.slice(-keptLog);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#child.on('message', (message: ProcessMessage) => this.#take(message));
    this.#child.on('error', (error) => this.#die(`the notebook's process did not start: ${error.message}`));
    this.#child.on('close', (code, signal) =>
      this.#die(`the notebook's process ended with ${signal ?? `exit code ${code}`}`),
    );
  }

  #take(message: ProcessMessage): void {
    if (message.type === 'ready') this.#begin();
    else if (message.type === 'reply') this.#settle(message.content);
    else this.outputs.take(message);
  }

  #die(why: string): void {
    const last = this.#log.trim().split('\n').slice(-8).join('\n');
    this.#died ??= failure('DeadKernelError', last ? `${why}\n${last}` : why);
    this.#begin();
    this.#settle(this.#died);
  }

  /** Runs one cell and waits for its end, the end of its time, or the process's. */
  async run(code: string, { cellTimeoutSeconds, signal }: Partial<ExecuteOptions>): Promise<CellReply> {
    // Starting is not the first cell's time.
    await this.#ready;
    if (this.#died) return this.#died;
    let timer: NodeJS.Timeout | undefined;
    let late: CellReply | undefined;
    const stop = () => this.stop();
    try {
      const reply = await new Promise<CellReply>((resolve) => {
        this.#settle = resolve;
        this.#child.send({ code });
        if (signal?.aborted) stop();
        signal?.addEventListener('abort', stop);
        if (cellTimeoutSeconds === undefined) return;
        timer = setTimeout(() => {
          late = failure('CellTimeoutError', `the cell took longer than ${cellTimeoutSeconds} seconds`);
          stop();
        }, cellTimeoutSeconds * 1000);
      });
      return late ?? reply;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Interrupts the running cell; if that does not end it, kills the process. */
  stop(): void {
    this.#child.kill('SIGINT');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    this.#child.once('close', () => clearTimeout(killer));
    this.#settle = ((settle) => (reply) => {
      clearTimeout(killer);
      settle(reply);
    })(this.#settle);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }
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
  const { output, env = {}, onCell, signal } = options;
  signal?.throwIfAborted();
  const began = performance.now();
  const document = await readNotebook(notebook);
  const cells = document.cells.filter(runnable);
  for (const [index, cell] of document.cells.entries()) {
    cell.id ??= `cell-${index + 1}`;
    cell.metadata ??= {};
    if (cell.cell_type === 'code') Object.assign(cell, { execution_count: null, outputs: [] });
  }
  let error: ExecuteResult['error'];
  const child = new NotebookProcess(path.dirname(path.resolve(notebook)), env);
  try {
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
      if (!told || reply.executionCount === 0)
        outputs.push({ output_type: 'error', ename, evalue, traceback });
      if (cell.metadata.tags?.includes('raises-exception') && reply.executionCount > 0) continue;
      error = { cell: index + 1, name: ename, message: evalue };
      break;
    }
  } finally {
    await child.close();
  }
  Object.assign(document, { nbformat: 4, nbformat_minor: 5 });
  Object.assign(document.metadata, {
    kernelspec: { display_name: 'TypeScript (xray-transfer)', language: 'typescript', name: 'xray-transfer' },
    language_info: languageInfo,
  });
  await mkdir(path.dirname(path.resolve(output)), { recursive: true });
  await writeNotebook(output, document);
  return { ok: !error, ...(error ? { error } : {}), seconds: (performance.now() - began) / 1000 };
}
