import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { checkRedis } from '../../lib/grid/queue/connection';
import { freshDist, runCli } from '../commands/dist';
import { endingWithUs } from '../ending-with-us';
import { resultsOf, writeGrid } from '../grid/phantom-grid';
import { noRedis, startRedis, type TestRedis } from '../grid/redis';

/** How often each fault is tried, and for how long the network is cut; for the table in docs/limits.md 20 and 60. */
const rounds = Number(process.env.XRAY_QUEUE_ROUNDS ?? 1);
const cutSeconds = Number(process.env.XRAY_CUT_SECONDS ?? 5);
/** Seconds after which a silent worker's pieces are taken over. */
const silence = 2;

if (noRedis) console.warn(`Tests of the queue are skipped: ${noRedis}`);

const root = mkdtempSync(path.join(tmpdir(), 'xray-queue-'));
const cli = path.join(projectFolder, 'dist', 'cli.js');
let file: string;
let expected: Record<string, string>;

beforeAll(async () => {
  if (noRedis) return;
  await freshDist();
  file = await writeGrid(root, { seeds: [0] });
  const calm = await runCli(['grid', file, '--store', path.join(root, 'calm'), '--json'], {
    XRAY_CACHE: path.join(root, 'calm-cache'),
  });
  expect(calm.stderr + calm.code).toMatch(/0$/);
  expected = resultsOf(path.join(root, 'calm'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly stdout: () => string;
  readonly ended: Promise<number | null>;
}

const begun = new Set<Running>();

/** The command line in a process of its own, on a machine of its own where `command` says so. */
function start(args: readonly string[], cache: string, command: readonly string[] = []): Running {
  const [program, ...rest] = [...endingWithUs, ...command, process.execPath, cli, ...args];
  const child = spawn(program!, rest, {
    env: { ...process.env, XRAY_CACHE: path.join(root, cache) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stdout = '';
  child.stdout.on('data', (data) => {
    output += data;
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const running = { process: child, output: () => output, stdout: () => stdout, ended };
  begun.add(running);
  return running;
}

/** A worker of one piece at once, by one thread. */
const worker = (url: string, cache: string, command?: readonly string[]) =>
  start(['worker', '--queue', url, '--silence', String(silence)], cache, command);

afterEach(async () => {
  for (const { process: child, ended } of begun) {
    child.kill('SIGKILL');
    await ended;
  }
  begun.clear();
});

async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const end = Date.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(30);
  }
}

/** Processes that a process has started. */
function childrenOf(processId: number): number[] {
  try {
    return readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** Whether a process runs; one that only waits to be reaped does not. */
function isAlive(processId: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${processId}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** How many pieces workers have told to be done. */
const doneBy = (...workers: Running[]) =>
  workers.reduce((sum, { output }) => sum + (output().match(/: (computed|found)$/gm)?.length ?? 0), 0);

/** The results of a run with faults: those of a calm one, each once. */
async function expectWhole(submitted: Running, store: string) {
  const code = await submitted.ended;
  expect(submitted.output() + code).toMatch(/0$/);
  expect(resultsOf(store)).toEqual(expected);
  const { comparison, failed, computed, found } = JSON.parse(submitted.stdout());
  expect(failed).toEqual([]);
  // Some may be done before it looks.
  expect(computed + found).toBe(Object.keys(expected).filter((name) => name.endsWith('.json')).length);
  expect(comparison.trainings.map(({ runs }: { runs: number }) => runs)).toEqual([3, 3]);
}

const isLinux = process.platform === 'linux';

describe.skipIf(noRedis || !isLinux)('a queue', () => {
  let redis: TestRedis;
  const submit = (store: string) =>
    start(['grid', file, '--queue', redis.url, '--store', store, '--json'], 'submitter-cache');

  for (let round = 0; round < rounds; round++) {
    test(`of four workers loses nothing to kill -9 of one, of a child of another, and of Redis (${round})`, {
      timeout: 300_000,
    }, async () => {
      const folder = path.join(root, `kills-${round}`);
      redis = await startRedis(path.join(folder, 'redis'));
      try {
        const store = path.join(folder, 'store');
        const submitted = submit(store);
        const workers = ['one', 'two', 'three', 'four'].map((cache) => worker(redis.url, cache));
        const [first, second] = workers as [Running, Running];
        // A child at work.
        const child = await until(
          () => doneBy(...workers) >= 1 && childrenOf(second.process.pid!)[0],
          'a child',
        );
        process.kill(child, 'SIGKILL');
        // A worker; the process it had ends by itself.
        const orphan = await until(
          () => doneBy(...workers) >= 3 && childrenOf(first.process.pid!)[0],
          'another child',
        );
        first.process.kill('SIGKILL');
        await until(() => !isAlive(orphan), 'the child of the killed worker to end');
        await until(() => doneBy(...workers) >= 8, 'pieces');
        await redis.kill();
        await pause(500);
        await redis.restart();
        await expectWhole(submitted, store);
        // SIGTERM: they finish what they have, and end well.
        const left = workers.slice(1);
        for (const { process: running } of left) running.kill('SIGTERM');
        expect(await Promise.all(left.map(({ ended }) => ended))).toEqual([0, 0, 0]);
      } finally {
        await redis.stop();
      }
    });
  }

  test('SIGTERM ends a worker also while Redis is away', { timeout: 120_000 }, async () => {
    redis = await startRedis(path.join(root, 'away', 'redis'));
    try {
      const waiting = worker(redis.url, 'one');
      await until(() => /Waiting for pieces/.test(waiting.output()), 'the worker');
      await pause(1000);
      await redis.kill();
      // By now it waits to connect again.
      await until(() => /Redis: /.test(waiting.output()), 'the worker to miss Redis');
      await pause(1500);
      waiting.process.kill('SIGTERM');
      expect(await Promise.race([waiting.ended, pause(30_000, 'still there')])).toBe(0);
    } finally {
      await redis.stop();
    }
  });

  test('Ctrl-C ends a grid that waits also while Redis is away', { timeout: 120_000 }, async () => {
    redis = await startRedis(path.join(root, 'gone', 'redis'));
    try {
      const waiting = submit(path.join(root, 'gone', 'store'));
      const status = () => runCli(['queue', 'status', '--queue', redis.url, '--json']);
      await until(async () => JSON.parse((await status()).stdout).waiting > 0, 'the grid to wait');
      await redis.kill();
      await pause(1500);
      waiting.process.kill('SIGINT');
      expect(await Promise.race([waiting.ended, pause(30_000, 'still there')])).toBe(130);
    } finally {
      await redis.stop();
    }
  });

  test('tells what failed and why; failed pieces alone are tried again', { timeout: 300_000 }, async () => {
    const folder = path.join(root, 'failing');
    redis = await startRedis(path.join(folder, 'redis'));
    try {
      const store = path.join(folder, 'store');
      const submitted = submit(store);
      const watching = start(['queue', 'status', '--queue', redis.url, '--watch'], 'one');
      // Computes with another number of threads than the plan wants.
      const wrong = start(['worker', '--queue', redis.url, '--silence', String(silence)], 'one', [
        'env',
        'TF_NUM_INTRAOP_THREADS=2',
      ]);
      expect(await submitted.ended).toBe(1);
      expect(submitted.output()).toMatch(/TF_NUM_INTRAOP_THREADS\) is 2, the plan's 1/);
      wrong.process.kill('SIGTERM');
      expect(await wrong.ended).toBe(0);
      const status = async () => {
        const { stdout, code } = await runCli(['queue', 'status', '--queue', redis.url, '--json']);
        expect(code).toBe(0);
        return JSON.parse(stdout);
      };
      const before = await status();
      expect(before.failed).toHaveLength(8);
      expect(before.failed[0]).toMatchObject({ tries: 5, piece: expect.stringMatching(/^features Fractal/) });
      const right = worker(redis.url, 'two');
      // Every second a look, until Ctrl-C.
      await until(() => /^failed · features Fractal.* is 2, the plan's 1/m.test(watching.output()), 'a look');
      watching.process.kill('SIGINT');
      expect(await watching.ended).toBe(130);
      expect(watching.output().match(/ waiting, /g)!.length).toBeGreaterThan(2);
      expect(watching.stdout()).toMatch(/^0 done, 0 running, \d+ waiting, 8 failed; 0 workers$/m);
      const retried = await runCli(['queue', 'retry', '--queue', redis.url, '--json']);
      expect(JSON.parse(retried.stdout)).toEqual({ retried: 8 });
      const again = submit(store);
      await expectWhole(again, store);
      expect(await status()).toMatchObject({ failed: [], running: [], waiting: 0, workers: 1 });
      right.process.kill('SIGTERM');
      expect(await right.ended).toBe(0);
    } finally {
      await redis.stop();
    }
  });
});

test.skipIf(noRedis)('a queue that is none is refused in a sentence', async () => {
  const [nobody, wrong] = await Promise.all([
    runCli(['queue', 'status', '--queue', 'redis://me:secret@127.0.0.1:1']),
    runCli(['worker', '--queue', 'localhost:6379']),
  ]);
  expect([nobody.code, wrong.code]).toEqual([1, 1]);
  expect(nobody.stderr).toMatch(/^Redis at redis:\/\/me:…@127\.0\.0\.1:1 does not answer \(.+\)\n$/);
  expect(wrong.stderr).toBe('queue is "localhost:6379"; give redis://host:port, or rediss:// for TLS\n');
});

test.skipIf(noRedis)('a Redis that forgets jobs is refused; one without a log is told of', async () => {
  const look = async (...settings: string[]) => {
    const redis = await startRedis(path.join(root, 'settings', settings.at(-1)!), { settings });
    try {
      return await checkRedis(redis.url);
    } finally {
      await redis.stop();
    }
  };
  await expect(look('--maxmemory-policy', 'allkeys-lru')).rejects.toThrow(
    /has maxmemory-policy allkeys-lru, which forgets jobs when memory is short; set it to noeviction$/,
  );
  expect(await look('--appendonly', 'no')).toEqual([expect.stringContaining('set appendonly yes')]);
  expect(await look('--maxmemory-policy', 'noeviction')).toEqual([]);
});

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Machines of a network of their own, made and removed here; their addresses exist nowhere else. */
const name = (machine: string) => `xray${process.pid}${machine}`;
const hosts = ['a', 'b', 'c', 'd'] as const;
const machines = ['q', ...hosts] as const;
const addressOf = (machine: (typeof machines)[number]) => `10.231.77.${machines.indexOf(machine) + 1}`;
const on = (machine: (typeof machines)[number]) => ['ip', 'netns', 'exec', name(machine)];

const noNamespaces: string | undefined = (() => {
  if (!isLinux) return 'they are Linux’s';
  try {
    ip('netns', 'add', name('try'));
    ip('netns', 'del', name('try'));
    return undefined;
  } catch {
    return 'network namespaces are not allowed here (they need root, or CAP_SYS_ADMIN)';
  }
})();
if (noNamespaces) console.warn(`The test of separate hosts is skipped: ${noNamespaces}`);

describe.skipIf(noRedis || noNamespaces)('separate hosts', () => {
  beforeAll(() => {
    for (const machine of machines) {
      ip('netns', 'add', name(machine));
      ip('-n', name(machine), 'link', 'set', 'lo', 'up');
    }
    ip('-n', name('q'), 'link', 'add', 'bridge0', 'type', 'bridge');
    ip('-n', name('q'), 'addr', 'add', `${addressOf('q')}/24`, 'dev', 'bridge0');
    ip('-n', name('q'), 'link', 'set', 'bridge0', 'up');
    for (const machine of hosts) {
      ip(
        '-n',
        name('q'),
        'link',
        'add',
        `to-${machine}`,
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'netns',
        name(machine),
      );
      ip('-n', name('q'), 'link', 'set', `to-${machine}`, 'master', 'bridge0', 'up');
      ip('-n', name(machine), 'addr', 'add', `${addressOf(machine)}/24`, 'dev', 'eth0');
      ip('-n', name(machine), 'link', 'set', 'eth0', 'up');
    }
  });
  afterAll(() => {
    for (const machine of machines) ip('netns', 'del', name(machine));
  });

  test(`four joined by a bridge, the link of one cut for ${cutSeconds} s: the same results`, {
    timeout: (300 + cutSeconds) * 1000,
  }, async () => {
    const folder = path.join(root, 'hosts');
    const redis = await startRedis(path.join(folder, 'redis'), { host: addressOf('q'), command: on('q') });
    try {
      const store = path.join(folder, 'store');
      const submitted = start(
        ['grid', file, '--queue', redis.url, '--store', store, '--json'],
        'submitter-cache',
        on('q'),
      );
      const at = (host: (typeof hosts)[number]) => worker(redis.url, `host-${host}`, on(host));
      // The one that is cut off takes the first piece.
      const b = at('b');
      await until(() => /Waiting for pieces/.test(b.output()), 'a host');
      const others = (['a', 'c', 'd'] as const).map(at);
      await until(() => doneBy(b) >= 1 && doneBy(...others) >= 2, 'pieces of several hosts');
      ip('-n', name('q'), 'link', 'set', 'to-b', 'down');
      const cut = doneBy(b);
      await pause(cutSeconds * 1000);
      ip('-n', name('q'), 'link', 'set', 'to-b', 'up');
      await expectWhole(submitted, store);
      expect(cut).toBeLessThan(Object.keys(expected).length);
      for (const { process: running } of [b, ...others]) running.kill('SIGTERM');
      expect(await Promise.all([b, ...others].map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    } finally {
      await redis.stop();
    }
  });
});
