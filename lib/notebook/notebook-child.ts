import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { projectFolder } from '../core/settings';
import { OutputFolder } from './cell-outputs';
import type { CellReply } from './cell-session';
import type { ProcessMessage } from './notebook-process';

/** How long an interrupted cell has to put its work in order before its process is killed, in milliseconds. */
const grace = 2000;
/** How much of what the process itself wrote is kept for telling why it died, in characters. */
const keptLog = 2000;

const failure = (ename: string, evalue: string): CellReply => ({
  status: 'error',
  executionCount: 0,
  error: { ename, evalue, traceback: [`${ename}: ${evalue}`] },
});

/** How one cell is run. */
export interface CellOptions {
  /** Interrupts the cell. */
  readonly signal?: AbortSignal;
  /** The time it may take, in seconds. Default: any. */
  readonly cellTimeoutSeconds?: number;
}

/**
 * A notebook's cells in a child process, so that a crash, an exit or an endless loop in one harms only that. It starts
 * when it is made, seconds before the first cell can run, so a notebook's process is made while the one before it runs.
 */
export class NotebookProcess {
  readonly #child: ChildProcess;
  readonly outputs = new OutputFolder();
  #log = '';
  #settle: (reply: CellReply) => void = () => undefined;
  #died: CellReply | undefined;
  readonly #ready: Promise<void>;
  #begin: () => void = () => undefined;

  /**
   * @param notebook a file; its folder is the process's working folder
   * @param env environment variables for the cells, beside this process's own
   */
  constructor(notebook: string, env: Readonly<Record<string, string>> = {}) {
    const script = path.join(projectFolder, 'dist', 'notebook', 'notebook-process.js');
    this.#child = fork(script, {
      cwd: path.dirname(path.resolve(notebook)),
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
  async run(code: string, { cellTimeoutSeconds, signal }: CellOptions): Promise<CellReply> {
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
