import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { root } from './timed.mjs';

/**
 * A process that answers each line of JSON on its standard input with one on its standard output, and ends when the
 * input does. Two of them can take turns, so that both meet the same machine.
 */
export function conversation(command, args, environment = {}) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment } });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors = (errors + data).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      reject(new Error(`${[command, ...args].join(' ')} ended with ${code ?? signal}\n${errors}`)),
    );
  });
  ended.catch(() => undefined);
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) return ended;
      // TensorFlow and Keras print what they like before.
      if (value.startsWith('{')) return JSON.parse(value);
    }
  };
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return Promise.race([answer(), ended]);
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      await once(child, 'close');
    },
  };
}
