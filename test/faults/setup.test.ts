import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { seededRandom } from '../../lib/core/random';
import { projectFolder } from '../../lib/core/settings';
import { entriesIn, workingIn } from './commands';
import { failingDisk } from './failing-disk';
import { type SetupSources, setupSources } from './setup-project';
import { drawn, drawnWrites, trials, tried } from './trials';

const random = seededRandom('setup at any moment');
/** It is killed so often in a row, each time in what the former runs have left, then finished. */
const inARow = 10;

/** Setup itself has crashed; what commands say that it starts may be anything. */
const ownStack = /at .*scripts\/setup\S*\.mjs:\d+/;
/** Most of what it takes, milliseconds; what was done stays, so that later kills meet later steps. */
const longest = 6_000;

let home: string;
let sources: SetupSources | string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'xray-setup-faults-'));
  sources = setupSources(home);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const begin = (project: string, { environment }: SetupSources, more: NodeJS.ProcessEnv) =>
  spawn(process.execPath, ['scripts/setup.mjs'], {
    cwd: project,
    env: { ...process.env, ...environment, ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  });

/** Runs setup, for so many milliseconds or to its end; what it says, and how it ended. */
async function setup(
  project: string,
  from: SetupSources,
  milliseconds = 600_000,
  environment: NodeJS.ProcessEnv = {},
) {
  const child = begin(project, from, environment);
  let told = '';
  child.stderr.on('data', (text) => {
    told += text;
  });
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  await Promise.race([pause(milliseconds, undefined, { ref: false }), end]);
  child.kill('SIGKILL');
  return { code: await end, told };
}

/** The steps that setup said it had done, or found done. */
const steps = (told: string, how: RegExp): string[] =>
  [...told.matchAll(/✓ ([^:]+): (.*) \(/g)].filter(([, , what]) => how.test(what!)).map(([, name]) => name!);

/** Every file in a folder, by its hash. */
const files = (folder: string): Record<string, string> =>
  Object.fromEntries(
    entriesIn(folder)
      .filter((name) => lstatSync(path.join(folder, name)).isFile())
      .map((name) => [name, sha256(readFileSync(path.join(folder, name)))]),
  );

/** What setup has to come to: the packages, the compiled program, JupyterLab's stand-ins, TensorFlow. */
function expectComplete(project: string, { library }: SetupSources, told: string): void {
  const at = (...parts: string[]) => path.join(project, ...parts);
  const ran = spawnSync(at('node_modules', '.bin', 'xray-transfer'), { encoding: 'utf8' });
  expect(ran.stdout, ran.stderr).toBe('the command runs\n');
  const tells = spawnSync(at('.venv', 'bin', 'small_two-tell'), { encoding: 'utf8' });
  expect(tells.stdout, tells.stderr).toBe('small_two 0\n');
  const { ok, reason } = JSON.parse(readFileSync(at('.tensorflow', 'preflight.json'), 'utf8'));
  expect(ok, `${reason}\n${told}`).toBe(true);
  for (const name of ['typescript', 'undici-types', 'node-api-headers'])
    expect(files(at('node_modules', name))).toEqual(files(path.join(projectFolder, 'node_modules', name)));
  expect(files(at('.tensorflow', 'cpu', 'tensorflow'))).toEqual(files(library));
}

/** Runs setup after a fault: it finishes, and does nothing again that was done. */
async function expectRecovery(project: string, from: SetupSources, before: string): Promise<void> {
  const again = await setup(project, from);
  expect(again.code, again.told).toBe(0);
  expectComplete(project, from, again.told);
  const done = steps(before, /^(installed|compiled|built|TensorFlow)/);
  expect(steps(again.told, /^in place/), `${before}\n${again.told}`).toEqual(expect.arrayContaining(done));
  expect(workingIn(project)).toEqual([]);
}

describe('setup', () => {
  test('killed at random moments, then run again: complete, nothing finished done twice, nothing left running', {
    timeout: 120_000 * (1 + tried),
  }, async ({ skip }) => {
    if (typeof sources === 'string') return skip(sources);
    const from = sources;
    const rows = Math.ceil(tried / inARow);
    await trials(rows, async (i) => {
      const project = path.join(home, `killed-${i}`);
      cpSync(from.project, project, { recursive: true });
      let told = '';
      for (let kill = 0; kill < inARow; kill++)
        told = (await setup(project, from, random.between(500, longest))).told;
      await expectRecovery(project, from, told);
      rmSync(project, { recursive: true, force: true });
    });
    console.info(`setup: killed at ${rows * inARow} moments`);
  });

  test.runIf(process.env.XRAY_KILLS)(
    'on a full disk: a sentence, exit 1; with space again, complete',
    {
      timeout: 120_000 * (1 + tried),
    },
    async ({ skip }) => {
      if (typeof sources === 'string') return skip(sources);
      const project = path.join(home, 'small');
      mkdirSync(project);
      const mount = (...options: string[]) => execFileSync('mount', options, { stdio: 'pipe' });
      try {
        mount('-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', project);
        execFileSync('umount', [project]);
      } catch {
        skip('a small disk cannot be mounted here: that needs root on Linux');
      }
      const from = sources;
      const sizes = drawn(tried, () => Math.round(random.between(2, 40)));
      await trials(tried, async (i) => {
        mount('-t', 'tmpfs', '-o', `size=${sizes[i]}m`, 'tmpfs', project);
        try {
          cpSync(from.project, project, { recursive: true });
          const full = await setup(project, from);
          expect(full.code, full.told).toBe(1);
          expect(full.told).toMatch(
            /\/small\/\S+ cannot be written: no space is left on its disk.*npm run setup/,
          );
          expect(full.told).not.toMatch(ownStack);
          mount('-o', 'remount,size=400m', project);
          await expectRecovery(project, from, full.told);
        } finally {
          execFileSync('umount', [project]);
        }
      });
      console.info(`setup: ${tried} full disks`);
    },
  );

  test.runIf(process.env.XRAY_KILLS)(
    'EIO at a write, whichever: no crash; run again, complete',
    {
      timeout: 120_000 * (2 + tried),
    },
    async ({ skip }) => {
      if (typeof sources === 'string') return skip(sources);
      const disk = failingDisk();
      if (typeof disk === 'string') return skip(disk);
      const from = sources;
      const run = async (name: string, at: number) => {
        const project = path.join(home, name);
        cpSync(from.project, project, { recursive: true });
        const environment = disk.environment(project, { at, what: 'EIO' });
        const ended = await setup(project, from, undefined, environment);
        return { project, ended, writes: disk.writes().length };
      };
      const calm = await run('counted', 0);
      expect(calm.ended.code, calm.ended.told).toBe(0);
      const chosen = drawnWrites(calm.writes, random);
      let told = 0;
      await trials(chosen.length, async (i) => {
        const { project, ended } = await run(`eio-${i}`, chosen[i]!);
        expect(ended.told).not.toMatch(ownStack);
        // What a command that it starts can do without, or tries again, is no failure of setup's.
        if (ended.code !== 0) expect(ended.told).toMatch(/✗|cannot be written/);
        if (/✗/.test(ended.told)) told++;
        else if (ended.code === 0) expectComplete(project, from, ended.told);
        await expectRecovery(project, from, ended.told);
        rmSync(project, { recursive: true, force: true });
      });
      disk.remove();
      console.info(
        `setup: EIO at ${chosen.length} of ${calm.writes} writes, ${told} kept a step from being done`,
      );
    },
  );

  test.runIf(process.env.XRAY_KILLS)(
    'EIO at a write into a package, which npm only warns of: a sentence, exit 1; run again, complete',
    {
      timeout: 600_000,
    },
    async ({ skip }) => {
      if (typeof sources === 'string') return skip(sources);
      const disk = failingDisk();
      if (typeof disk === 'string') return skip(disk);
      const project = path.join(home, 'package');
      cpSync(sources.project, project, { recursive: true });
      const below = path.join(project, 'node_modules', 'typescript', 'lib');
      const environment = disk.environment(below, { at: 5, what: 'EIO' });
      const ended = await setup(project, sources, undefined, environment);
      expect(ended.code, ended.told).toBe(1);
      expect(ended.told).toMatch(/✗ npm packages: \S+ cannot be written: its disk reports a fault \(EIO\)/);
      await expectRecovery(project, sources, ended.told);
      disk.remove();
    },
  );
});
