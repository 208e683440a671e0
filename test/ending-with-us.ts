import { execFileSync } from 'node:child_process';

/**
 * What stands before a command so that its process ends with the one that starts it, even when that is killed or ends in
 * the middle of a test. Nothing where there is no `setpriv` of Linux.
 */
export const endingWithUs: readonly string[] = (() => {
  try {
    execFileSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' });
    return ['setpriv', '--pdeathsig', 'KILL'];
  } catch {
    return [];
  }
})();
