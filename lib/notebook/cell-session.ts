import path from 'node:path';
import { createConverter } from 'tslab/dist/converter';
import { createExecutor } from 'tslab/dist/executor';
import { JupyterHandlerImpl } from 'tslab/dist/jupyter';
import { runInterruptible } from '../core/interrupt';
import { projectFolder } from '../core/settings';
import {
  type CellCode,
  type CellError,
  cellFrameName,
  describeMistakes,
  describeThrown,
  type TypeMistake,
} from './cell-error';
import type { Completion } from './completed-code';
import { encodeBundle } from './display';
import { expandShorthand } from './expand-shorthand';
import { withLookupTimers } from './lookup-timers';
import { resultOf } from './show';
import { StreamJoiner } from './stream-joiner';

/** What a cell says while it runs: the types and contents of Jupyter's messages on its output channel. */
export interface CellMessage {
  readonly type:
    | 'execute_input'
    | 'stream'
    | 'display_data'
    | 'update_display_data'
    | 'execute_result'
    | 'clear_output'
    | 'error';
  readonly content: Readonly<Record<string, unknown>>;
}
export type Emit = (message: CellMessage) => void;

/** How a cell ended. Aborted: it never ran, because a cell before it failed. */
export interface CellReply {
  readonly status: 'ok' | 'error' | 'aborted';
  readonly executionCount: number;
  readonly error?: CellError;
}

/** How long after a failed cell requests are still taken as sent before it failed, in milliseconds. */
const drainTime = 40;

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

type Write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => boolean;

/** tslab's handler, with streams as Node's: callbacks are called, characters cut in two by a chunk come out whole. */
class Handler extends JupyterHandlerImpl {
  override createWriteToIopub(name: 'stdout' | 'stderr', write: (name: string, text: string) => void): Write {
    const decoder = new TextDecoder();
    return (chunk, encoding, done) => {
      write(name, typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
      const called = typeof encoding === 'function' ? encoding : done;
      if (typeof called === 'function') setImmediate(() => called());
      return true;
    };
  }
}

/** Members of tslab's handler that it keeps to itself in its types. */
interface HandlerParts {
  execCount: number;
  handleExecuteImpl(
    request: { code: string },
    write: (name: string, text: string) => void,
    display: (data: Record<string, unknown>, update: boolean) => void,
  ): Promise<unknown>;
}

interface Waiting {
  readonly start: () => Promise<CellReply>;
  readonly abort: () => void;
}

/**
 * Runs cells one after another in this process, with tslab's semantics; the notebook's folder is the process's
 * working folder. One session a process: it takes over standard output while cells run, and what nobody catches.
 */
export class CellSession {
  readonly handler: JupyterHandlerImpl;
  readonly #executor: ReturnType<typeof createExecutor>;
  readonly #codes = new Map<number, CellCode>();
  readonly #thrown: unknown[] = [];
  readonly #mistakes: TypeMistake[] = [];
  readonly #floating = new Map<unknown, unknown>();
  #uncaught: { error: unknown } | undefined;
  #interrupt: AbortController | undefined;
  #emit: Emit = () => undefined;
  #waiting: Waiting[] = [];
  #running = false;

  constructor() {
    const node = this.#watchedConverter();
    const converters = { node, browser: node, close: () => node.close() };
    this.#executor = createExecutor(process.cwd(), converters, {
      log: (value: unknown) => this.#result(value),
      error: (...told: unknown[]) => this.#collect(told),
    });
    this.handler = new Handler(this.#executor, false);
    process.on('SIGINT', () => this.interrupt());
    process.on('unhandledRejection', (reason, promise) => this.#reject(reason, promise));
    process.on('rejectionHandled', (promise) => this.#floating.delete(promise));
    process.on('uncaughtException', (error) => this.#catch(error));
  }

  /** Notes what each cell was compiled to and names its code, so that a frame tells which cell and line it is in. */
  #watchedConverter(): ReturnType<typeof createConverter> {
    const converter = withLookupTimers(() => createConverter({ isJS: false, isBrowser: false }));
    const { convert } = converter;
    // The library's declarations are read, and it is loaded, before the first cell, which nearly always imports it.
    const library = path.join(projectFolder, 'dist', 'index');
    convert('', `import * as library from ${JSON.stringify(library)};`);
    require(library);
    converter.convert = (declarations, source) => {
      const converted = convert(declarations, expandShorthand(source));
      if (!converted.output) return converted;
      this.#codes.set(this.#count, { source, compiled: converted.output });
      return { ...converted, output: `${converted.output}\n//# sourceURL=${cellFrameName(this.#count)}` };
    };
    return converter;
  }

  get #parts(): HandlerParts {
    return this.handler as unknown as HandlerParts;
  }

  get #count(): number {
    return this.#parts.execCount;
  }

  #collect(told: unknown[]): void {
    // tslab reports a mistake as (format, file, line, column, text) and anything thrown as itself.
    if (told.length === 5 && told[0] === '%s%d:%d - %s') {
      const [, file, line, column, message] = told as [string, string, number, number, string];
      this.#mistakes.push({ file: file.trim() || undefined, line, column, message });
    } else this.#thrown.push(told[0]);
  }

  #result(value: unknown): void {
    const { bundle, metadata = {} } = resultOf(value);
    const data = encodeBundle(bundle);
    this.#emit({ type: 'execute_result', content: { data, metadata, execution_count: this.#count } });
  }

  #reject(reason: unknown, promise: unknown): void {
    if (this.#running) this.#floating.set(promise, reason);
    else console.error('A promise that nobody awaited was rejected:', reason);
  }

  #catch(error: unknown): void {
    if (!this.#running) {
      console.error('Nobody caught:', error);
      return;
    }
    this.#uncaught ??= { error };
    this.#executor.interrupt();
  }

  /** Stops the running cell as far as Node can: a loop at once, an awaited promise by no longer awaiting it. */
  interrupt(): void {
    this.#interrupt?.abort(new Error('Interrupted asynchronously'));
    this.#executor.interrupt();
  }

  /**
   * Runs a cell after those already waiting; `emit` is told what it writes and shows, also after its end.
   * When it fails, cells that were already waiting are aborted unless `stopOnError` is false.
   */
  run(code: string, emit: Emit, { stopOnError = true } = {}): Promise<CellReply> {
    return new Promise((resolve) => {
      const start = async () => {
        const reply = await this.#execute(code, emit);
        if (reply.status === 'error' && stopOnError) await this.#abortWaiting();
        resolve(reply);
        return reply;
      };
      const abort = () => resolve({ status: 'aborted', executionCount: this.#count });
      this.#waiting.push({ start, abort });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let cell = this.#waiting.shift(); cell; cell = this.#waiting.shift()) await cell.start();
    this.#running = false;
  }

  // Requests sent before the failure may still lie in the socket. The failed cell's reply comes after this, so a
  // client that waits for it never loses the next cell.
  async #abortWaiting(): Promise<void> {
    await sleep(drainTime);
    for (const { abort } of this.#waiting.splice(0)) abort();
  }

  async #execute(code: string, emit: Emit): Promise<CellReply> {
    const streams = new StreamJoiner((name, text) => emit({ type: 'stream', content: { name, text } }));
    this.#emit = (message) => {
      streams.flush();
      emit(message);
    };
    const display = (data: Record<string, unknown>, update = false): void =>
      this.#emit({ type: update ? 'update_display_data' : 'display_data', content: data });
    const send = (type: CellMessage['type'], content: CellMessage['content']) =>
      this.#emit({ type, content });
    const interrupt = new AbortController();
    this.#interrupt = interrupt;
    emit({ type: 'execute_input', content: { code, execution_count: this.#count + 1 } });
    // A rejection only says that the cell failed; why has been collected.
    await runInterruptible(interrupt.signal, () =>
      this.#parts.handleExecuteImpl(
        { code },
        (name, text) => streams.write(name, text),
        Object.assign(display, { iopub: send }),
      ),
    ).catch((reason) => reason instanceof Error && this.#thrown.push(reason));
    // Promises rejected in the cell's last turn are reported before this comes back.
    await new Promise(setImmediate);
    this.#interrupt = undefined;
    const error = this.#takeError(code);
    streams.flush();
    if (error) emit({ type: 'error', content: { ...error } });
    return { status: error ? 'error' : 'ok', executionCount: this.#count, error };
  }

  #takeError(code: string): CellError | undefined {
    const mistakes = this.#mistakes.splice(0);
    const thrown = this.#thrown.splice(0);
    const floating = [...this.#floating.values()];
    const uncaught = this.#uncaught;
    this.#floating.clear();
    this.#uncaught = undefined;
    if (uncaught) return describeThrown(uncaught.error, this.#codes);
    if (thrown.length > 0) return describeThrown(thrown[0], this.#codes);
    if (mistakes.length > 0) return describeMistakes(mistakes, code);
    if (floating.length > 0) return describeThrown(floating[0], this.#codes);
    return undefined;
  }

  /**
   * The names that can stand where the cursor is, each with what it is to TypeScript ("function", "property" …), and the
   * part of the code that one takes the place of.
   */
  complete(code: string, cursor: number): Completion {
    const { start, end, candidates, original } = this.#executor.complete(code, cursor);
    const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
    return { code, start, end, matches: candidates.map((text) => ({ text, type: kinds.get(text) ?? '' })) };
  }

  /** Frees what watches files; the process can then end. */
  close(): void {
    this.handler.close();
  }
}
