import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * When a process of this machine began, in the system's own count; with its number it names one process, also after
 * numbers are used again. Undefined where the system does not tell: only Linux does.
 */
export function processBeginning(processId: number): string | undefined {
  try {
    return readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Containers of one machine may have its name, and have numbers of processes of their own. */
function numbering(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Where numbers of processes mean what they mean here: of another machine's or container's nothing is known here. */
export const ownMachine: string = [hostname(), numbering()].filter(Boolean).join(' ');

/**
 * Whether a process of this machine runs, by its number; also one of another user.
 * @param began what `processBeginning` said of it; another process with its number is then not taken for it
 */
export function isRunning(processId: number, began?: string): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return began === undefined || processBeginning(processId) === began;
}
