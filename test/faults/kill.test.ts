import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { seededRandom } from '../../lib/core/random';
import { projectFolder } from '../../lib/core/settings';
import { freshDist, runCli } from '../commands/dist';

/** Moments at which each command is killed; XRAY_KILLS=100 for the table in docs/limits.md. */
const kills = Number(process.env.XRAY_KILLS ?? 2);
const random = seededRandom('kill at any moment');

let scratch: string;
let pictures: string;
beforeAll(async () => {
  await freshDist();
  scratch = mkdtempSync(path.join(tmpdir(), 'xray-kill-'));
  pictures = path.join(scratch, 'pictures');
  expect((await runCli(['data', 'demo', '--to', pictures, '--count', '6'])).code).toBe(0);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Every file that a user sees in a folder, by name, with its hash; what was not finished has a hidden name. */
function visibleFiles(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.split(path.sep).some((part) => part.startsWith('.')))
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort();
  return Object.fromEntries(names.map((name) => [name, sha256(readFileSync(path.join(folder, name)))]));
}

/** What does not depend on when and how long a model was trained. */
function withoutTimes(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
    /^(date|seconds|created|hash|sha256|bytes|folder|model|out)$/i.test(key) ? undefined : value,
  );
}

interface Command {
  /** The command line that writes into a folder. */
  readonly args: (folder: string) => string[];
  /** What must be the same as without a kill; from the folder and from standard output. */
  readonly result: (folder: string, stdout: string) => unknown;
}

const commands: Record<string, Command> = {
  data: {
    args: (folder) => ['data', 'demo', '--to', path.join(folder, 'data'), '--count', '3', '--json'],
    result: (folder) => visibleFiles(path.join(folder, 'data')),
  },
  train: {
    args: (folder) => [
      ...['train', '--dataset', pictures, '--classes', 'covid,normal', '--backbone', 'fractal'],
      ...['--augment', '2', '--epochs', '20', '--patience', '0'],
      ...['--out', path.join(folder, 'model'), '--json'],
    ],
    result: (folder, stdout) => [
      JSON.parse(stdout).evaluation,
      visibleFiles(path.join(folder, 'model'))['weights.bin'],
      withoutTimes(path.join(folder, 'model', 'run.json')),
    ],
  },
  features: {
    args: () => [
      'features',
      ...readdirSync(path.join(pictures, 'normal'))
        .filter((name) => name.endsWith('.png'))
        .map((name) => path.join(pictures, 'normal', name)),
      ...['--backbone', 'fractal', '--json'],
    ],
    result: (_, stdout) => JSON.parse(stdout).features,
  },
};

/** The cache's shards with the time of their writing: one that is there is not written again. */
function shards(cache: string): Record<string, number> {
  const names = (() => {
    try {
      return readdirSync(cache, { recursive: true, encoding: 'utf8' });
    } catch {
      return [];
    }
  })().filter((name) => name.endsWith('.arrow') && !path.basename(name).startsWith('.'));
  return Object.fromEntries(names.map((name) => [name, statSync(path.join(cache, name)).mtimeMs]));
}

async function killed(args: readonly string[], cache: string, after: number): Promise<void> {
  const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), ...args], {
    env: { ...process.env, XRAY_CACHE: cache },
    stdio: 'ignore',
  });
  const end = new Promise((resolve) => child.on('close', resolve));
  await Promise.race([pause(after), end]);
  child.kill('SIGKILL');
  await end;
}

describe.each(Object.keys(commands))('%s', (name) => {
  const { args, result } = commands[name]!;
  test(`killed at ${kills} moments, then run again: the results of an undisturbed run, nothing finished done twice`, {
    timeout: 60_000 * (1 + kills),
  }, async () => {
    const calm = path.join(scratch, `${name}-calm`);
    const begun = performance.now();
    const undisturbed = await runCli(args(calm), { XRAY_CACHE: path.join(calm, 'cache') });
    const duration = performance.now() - begun;
    expect(undisturbed.stderr + undisturbed.code).toMatch(/0$/);
    const expected = result(calm, undisturbed.stdout);
    for (let i = 0; i < kills; i++) {
      const folder = path.join(scratch, `${name}-${i}`);
      const cache = path.join(folder, 'cache');
      await killed(args(folder), cache, random.uniform() * duration);
      const before = shards(cache);
      const again = await runCli(args(folder), { XRAY_CACHE: cache });
      expect(again.stderr + again.code).toMatch(/0$/);
      expect(result(folder, again.stdout)).toEqual(expected);
      expect(shards(cache)).toMatchObject(before);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
