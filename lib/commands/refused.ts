import type { Command } from 'commander';
import { plural } from '../core/plural';
import type { WorkOptions } from '../core/progress';
import type { ReadingOptions } from '../dataset/reading-options';
import type { Warn } from './run';

/** Adds `--strict` to a command that reads pictures. */
export const addStrict = (command: Command): Command =>
  command.option(
    '--strict',
    'stop at the first picture that cannot be used (default: name it, go on without it)',
  );

/** A picture that a command left out, as `--json` tells of it. */
export interface Refused {
  readonly file: string;
  readonly error: string;
}

/** Names each picture that cannot be used at once and goes on without it; `strict`, the first ends the work. */
export function withoutRefused(
  work: Required<WorkOptions>,
  warn: Warn,
  strict: boolean | undefined,
): { refused: Refused[]; reading: Required<ReadingOptions> } {
  const refused: Refused[] = [];
  const onRefused: ReadingOptions['onRefused'] = (file, error) => {
    if (strict) throw error;
    refused.push({ file, error: error.message });
    warn(`Left out: ${error.message}`);
  };
  return { refused, reading: { ...work, onRefused } };
}

/** What a command says at its end of pictures left out, a line or none. */
export const refusedRemark = (refused: readonly Refused[]): string[] =>
  refused.length ? [`Left out: ${plural(refused.length, 'picture')} that cannot be used, named above.`] : [];
