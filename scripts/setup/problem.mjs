import { statfsSync } from 'node:fs';
import { project } from './paths.mjs';

/** What keeps a step of setup from being done, in words and with what to do about it. */
export class Problem extends Error {
  name = 'Problem';

  /**
   * @param {string} message
   * @param {{passing?: boolean, disk?: boolean, unclear?: boolean}} kind passing: it may go away by itself, as an outage
   * does; disk: the disk is at fault, so that nothing else can be relied on either; unclear: whatever it was, the next
   * try may well do
   */
  constructor(message, { passing = false, disk = false, unclear = false } = {}) {
    super(message);
    this.passing = passing;
    this.disk = disk;
    this.unclear = unclear;
  }
}

/** What a disk may refuse, as Node, npm, pip, compilers and Python say it: why, and what to do. */
const refusals = {
  ENOSPC: [/\bENOSPC\b|no space left on device/i, 'no space is left on its disk', 'free some'],
  EDQUOT: [/\bEDQUOT\b|disk quota exceeded/i, 'your quota of its disk is used up', 'free some'],
  EIO: [/\bEIO\b|input\/output error/i, 'its disk reports a fault', 'check the disk'],
  EROFS: [/\bEROFS\b|read-only file system/i, 'its disk is read-only', 'move the project to another one'],
};

/** Whether nothing can be written to the project's disk any more: not every command says why it failed. */
function isFull() {
  try {
    const { bavail, bsize } = statfsSync(project);
    return bavail * bsize < 64 * 1024;
  } catch {
    return false;
  }
}

/**
 * A failure of the disk under a step as a Problem; undefined where it is none.
 * @param {Error} error of this program, or with what a command said in its message
 * @param {string} place what the step writes, where the error does not name it
 */
export function diskProblem(error, place) {
  const told = `${error.code ?? ''} ${error.message}`;
  for (const [code, [pattern, why, remedy]] of Object.entries(refusals))
    if (pattern.test(told) || (code === 'ENOSPC' && isFull()))
      return new Problem(
        `${error.dest ?? error.path ?? place} cannot be written: ${why} (${code}); ${remedy}, then run \`npm run setup\` again: what was finished is kept`,
        { disk: true },
      );
  return undefined;
}
