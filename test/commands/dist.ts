import { execFile, execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { projectFolder } from '../../lib/core/settings';
import { endingWithUs } from '../ending-with-us';

const lib = path.join(projectFolder, 'lib');
const dist = path.join(projectFolder, 'dist');
const lock = path.join(projectFolder, 'node_modules', '.dist-of-tests.lock');

const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The compiled files that are older than their sources, or are not there. */
const stale = (): string[] =>
  readdirSync(lib, { recursive: true, encoding: 'utf8' })
    // The page of the demo is Vite's.
    .filter((name) => name.endsWith('.ts') && !name.startsWith(path.join('demo', 'page')))
    .map((name) => ({ source: path.join(lib, name), compiled: path.join(dist, name.replace(/ts$/, 'js')) }))
    .filter(({ source, compiled }) => modified(source) > modified(compiled))
    .map(({ compiled }) => compiled);

/** Compiles lib/ to dist/ where it is older; one of several test files does it, the others wait. */
export async function freshDist(): Promise<void> {
  while (stale().length) {
    try {
      closeSync(openSync(lock, 'wx'));
    } catch {
      // A lock that a killed run left.
      if (Date.now() - modified(lock) > 120_000) rmSync(lock, { force: true });
      await pause(200);
      continue;
    }
    try {
      const begin = new Date();
      const compiler = path.join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
      execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: projectFolder });
      // The compiler leaves alone what would not change.
      for (const compiled of stale()) utimesSync(compiled, begin, begin);
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runProcess(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...environment }, maxBuffer: 1e8 };
    const [program, ...rest] = [...endingWithUs, process.execPath, ...args];
    const child = execFile(program!, rest, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Runs the command line in a process of its own. */
export const runCli = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runProcess([path.join(projectFolder, 'dist', 'cli.js'), ...args], environment);

/** Runs JavaScript in a process of its own. */
export const runNode = (script: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runProcess(['-e', script], environment);
