import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root, timed } from './timed.mjs';

const run = promisify(execFile);

const busyAndAll = () => {
  const times = os.cpus().map((cpu) => cpu.times);
  const all = times.flatMap((cpu) => Object.values(cpu)).reduce((a, b) => a + b);
  return { all, idle: times.reduce((sum, { idle }) => sum + idle, 0) };
};

/** Share of the processors' time, 0 to 1, that others take now. Unlike the load average it forgets at once what ran before. */
export async function busyShare(seconds = 2) {
  const before = busyAndAll();
  await wait(seconds * 1000);
  const after = busyAndAll();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

async function commit() {
  try {
    const { stdout } = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--', 'lib'], { cwd: root });
    return ` (${stdout.trim()}${changes ? ' with changes' : ''})`;
  } catch {
    return '';
  }
}

/** What measures: the machine in words, and the versions of this side. */
export async function describeMachine() {
  const { result } = await timed(process.execPath, [path.join(root, 'dist', 'cli.js'), 'doctor', '--json']);
  const { version } = createRequire(import.meta.url)('../package.json');
  const gpu = result.gpu ? `, ${result.gpu}` : '';
  return {
    machine: `${os.cpus().length} × ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB${gpu}`,
    versions: {
      'xray-transfer': `${version}${await commit()}`,
      Node: process.version,
      ...(result.tensorflow ? { TensorFlow: result.tensorflow } : { 'back end': result.backend }),
    },
  };
}

const ask = `
import importlib.metadata as m, json
names = {"Keras": ["keras"], "TensorFlow": ["tensorflow", "tensorflow-cpu"], "scikit-learn": ["scikit-learn"],
         "OpenCV": ["opencv-python-headless", "opencv-python"], "NumPy": ["numpy"]}
found = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in m.distributions()}
print(json.dumps({name: found[d] for name, known in names.items() for d in known if d in found}))`;

/** Versions of the peers in this Python, by name; undefined if Keras, scikit-learn or OpenCV is not there. */
export async function peerVersions(python) {
  try {
    const { result } = await timed(python, ['-c', ask]);
    return ['Keras', 'TensorFlow', 'scikit-learn', 'OpenCV'].every((name) => result[name])
      ? result
      : undefined;
  } catch {
    return undefined;
  }
}
