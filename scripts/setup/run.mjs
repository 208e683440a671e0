import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { project } from './paths.mjs';

/** Given to every command that this setup starts and to all that these start: what still runs when it is gone is told by it. */
export const mark = `XRAY_SETUP=${randomUUID()}`;
const [markName, markValue] = mark.split('=');

const running = new Set();
// Whoever ends setup ends what it started.
process.on('exit', () => {
  for (const child of running) child.kill();
});

/** What a command said and how it ended. */
export class CommandFailed extends Error {
  name = 'CommandFailed';

  constructor(command, ending, output) {
    const last = output.trim().split('\n').slice(-15).join('\n').replaceAll(/^/gm, '    ');
    super(`${command} ended with ${ending}\n${last}`);
    this.output = output;
  }
}

/**
 * Runs a command in the project's folder and returns what it wrote to standard output.
 * @param {{env?: object, timeout?: number, failure?: RegExp}} options failure: what it says where it failed although it
 * ends with 0
 * @throws CommandFailed with the last lines of its output, if it ends with anything but 0, or says that it failed
 */
export function run(command, args, { env = {}, timeout, failure } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: project,
      env: { ...process.env, ...env, [markName]: markValue },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
      // npm is a .cmd file there.
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
    });
    running.add(child);
    let written = '';
    let all = '';
    child.stdout.on('data', (text) => {
      written += text;
      all = `${all}${text}`.slice(-20_000);
    });
    child.stderr.on('data', (text) => {
      all = `${all}${text}`.slice(-20_000);
    });
    child.on('error', (error) => {
      running.delete(child);
      reject(new CommandFailed(command, error.message, all));
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0 && !failure?.test(all)) resolve(written);
      else
        reject(
          new CommandFailed([command, ...args.slice(0, 3)].join(' '), signal ?? `exit code ${code}`, all),
        );
    });
  });
}
