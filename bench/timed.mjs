import { spawn } from 'node:child_process';
import path from 'node:path';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '..');

const running = new Set();
let stopped = false;

/** Ends the programs that run; every `timed` is then rejected, those to come too. */
export function stopTimed() {
  stopped = true;
  for (const child of running) child.kill('SIGTERM');
}

/**
 * Runs a program to its end: seconds of wall time, start of the process included, and `result`, the JSON object that
 * is the last line of its output.
 */
export function timed(command, args, environment = {}) {
  return new Promise((resolve, reject) => {
    if (stopped) return reject(new Error('stopped'));
    const begun = performance.now();
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment } });
    running.add(child);
    let output = '';
    let errors = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      errors = (errors + data).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      const seconds = (performance.now() - begun) / 1000;
      if (stopped) return reject(new Error('stopped'));
      if (code !== 0)
        return reject(new Error(`${[command, ...args].join(' ')} ended with ${code ?? signal}\n${errors}`));
      resolve({
        seconds,
        get result() {
          return JSON.parse(output.trim().split('\n').at(-1));
        },
      });
    });
  });
}

/** Seconds that something takes in this process. */
export async function secondsOf(work) {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The run of the median time, the slower of the middle two; with its parts, which medians would tear apart. */
export const typical = (runs) => [...runs].sort((a, b) => a.seconds - b.seconds)[runs.length >> 1];
