import type { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { CommanderError, InvalidArgumentError } from 'commander';
import { asError, checkNumber, checkWhole, InputError } from '../core/check';
import type { OnProgress, WorkOptions } from '../core/progress';
import { visible, visibleJson, visibleLine } from '../core/visible';

/** What a command ends with. */
export interface Outcome {
  /** Printed by `--json`, alone on standard output. */
  readonly json: object;
  /** Printed else, for people. */
  readonly text: string;
  /** Whether it failed in part, though there is something to print. Default: whether there are problems. */
  readonly failed?: boolean;
  /** What it could not do, a line each on standard error. Default none. */
  readonly problems?: readonly string[];
}

/** Tells people of something at once: a line on standard error. */
export type Warn = (line: string) => void;

/** Writes what people are told besides the result, with nothing in it that a terminal would obey. */
export const writeError = (text: string): void => void process.stderr.write(visible(text));

const tell: Warn = (line) => writeError(`${line}\n`);

/** Bars on the terminal, a line when a stage ends elsewhere; always on standard error. */
export function terminalProgress(): { onProgress: OnProgress; end(): void } {
  let bar: SingleBar | undefined;
  let stage = '';
  let begun = { time: 0, done: 0 };
  const rateAt = (done: number): string => {
    const rate = ((done - begun.done) * 1000) / (performance.now() - begun.time);
    return rate > 0 ? `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s` : '';
  };
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  const onProgress: OnProgress = (progress) => {
    const { done, total = 0 } = progress;
    const [now, note] = [progress.stage, progress.note ?? ''].map(visibleLine) as [string, string];
    if (!process.stderr.isTTY) {
      if (total && done === total) tell(`${now}: ${total} done${note && ` ${note}`}`);
      else if (note && !total) tell(`${now}: ${note}`);
      return;
    }
    if (now !== stage || !bar) {
      end();
      stage = now;
      begun = { time: performance.now(), done };
      // A fifth of the start of `--help`, which shows none.
      const progress: typeof import('cli-progress') = require('cli-progress');
      bar = new progress.SingleBar({
        format: '{stage} {bar} {value}/{total} {rate} · {eta_formatted} left {note}',
        stream: process.stderr,
        hideCursor: true,
        fps: 10,
      });
      bar.start(total, 0, { stage, note, rate: '' });
    }
    bar.setTotal(total);
    bar.update(done, { stage, note, rate: rateAt(done) });
  };
  return { onProgress, end };
}

/** Whoever is in a folder that was removed meets that wherever a path is completed. */
const asReadable = (thrown: unknown): Error =>
  (thrown as NodeJS.ErrnoException | undefined)?.syscall === 'uv_cwd'
    ? new InputError('The current folder is not there any more; go to one that is', { cause: thrown })
    : asError(thrown);

/**
 * Runs a command's work: progress on the terminal, Ctrl+C as an interrupt without loss, one JSON object or text on
 * standard output, and the exit status: 0 done, 1 failed, 130 interrupted. Wrong usage is commander's, status 2.
 */
export async function run(
  command: Command,
  work: (options: Required<WorkOptions>, warn: Warn) => Promise<Outcome>,
) {
  const { json } = command.optsWithGlobals<{ json?: boolean }>();
  const { onProgress, end } = terminalProgress();
  const interrupt = new AbortController();
  const stop = () =>
    interrupt.abort(new InputError('Interrupted; what was computed is kept, run it again to go on'));
  process.once('SIGINT', stop);
  try {
    const warn: Warn = (line) => {
      end();
      tell(line);
    };
    const outcome = await work({ onProgress, signal: interrupt.signal }, warn);
    end();
    process.stdout.write(`${json ? visibleJson(outcome.json) : visible(outcome.text)}\n`);
    const { problems = [], failed = problems.length > 0 } = outcome;
    for (const problem of problems) tell(problem);
    process.exitCode = failed ? 1 : interrupt.signal.aborted ? 130 : 0;
  } catch (thrown) {
    end();
    // Wrong usage that only the work could see.
    if (thrown instanceof CommanderError) command.error(`error: ${thrown.message}`);
    const error = asReadable(thrown);
    if (json) process.stdout.write(`${visibleJson({ error: error.message })}\n`);
    tell(error instanceof InputError || !process.env.DEBUG ? error.message : `${error.stack}`);
    process.exitCode = interrupt.signal.aborted ? 130 : 1;
  } finally {
    process.off('SIGINT', stop);
  }
}

const usage = <T>(check: () => T): T => {
  try {
    return check();
  } catch (error) {
    throw new InvalidArgumentError(asError(error).message);
  }
};

/** The number that a text is, or the text itself, so that the complaint shows it. */
const numberOf = (text: string): number | string =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);

/** Reads a whole number in [min, max] from the command line. */
export const whole = (name: string, min: number, max?: number) => (text: string) =>
  usage(() => checkWhole(name, numberOf(text), min, max));

/** Reads a number in [min, max] from the command line. */
export const number = (name: string, min: number, max: number) => (text: string) =>
  usage(() => checkNumber(name, numberOf(text), min, max));

/** Reads "covid,normal". */
export const names = (text: string): string[] => {
  const list = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (!list.length || new Set(list).size !== list.length)
    throw new InvalidArgumentError('give names separated by commas, each once');
  return list;
};

/** What a command says of figures from phantoms, a line or none. */
export const syntheticRemark = (synthetic: boolean): string[] =>
  synthetic ? ['Synthetic pictures: this says nothing about X-rays.'] : [];
