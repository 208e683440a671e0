import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Gives a run of the tests, and every process that it starts, a temporary folder of its own below the system's.
 * @returns what removes it, with all that tests and the processes they killed have left there
 */
export function setup(): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
