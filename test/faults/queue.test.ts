import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { freshDist, runCli } from '../commands/dist';
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
  const [program, ...rest] = [...command, process.execPath, cli, ...args];
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

const worker = (url: string, cache: string, processes: number, command?: readonly string[]) =>
  start(
    ['worker', '--queue', url, '--processes', String(processes), '--silence', String(silence)],
    cache,
    command,
  );

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
    test(`loses nothing to kill -9 of a worker, of its child, and of Redis (${round})`, {
      timeout: 300_000,
    }, async () => {
      const folder = path.join(root, `kills-${round}`);
      redis = await startRedis(path.join(folder, 'redis'));
      try {
        const store = path.join(folder, 'store');
        const submitted = submit(store);
        const [first, second] = [worker(redis.url, 'one', 2), worker(redis.url, 'two', 2)];
        // A child at work.
        const child = await until(
          () => doneBy(first, second) >= 1 && childrenOf(second.process.pid!)[0],
          'a child',
        );
        process.kill(child, 'SIGKILL');
        // A worker; the processes it had end by themselves.
        const orphans = await until(
          () => doneBy(first, second) >= 3 && childrenOf(first.process.pid!),
          'children',
        );
        first.process.kill('SIGKILL');
        await until(() => !orphans.some(isAlive), 'the children of the killed worker to end');
        const third = worker(redis.url, 'one', 1);
        await until(() => doneBy(first, second, third) >= 8, 'pieces');
        await redis.kill();
        await pause(500);
        await redis.restart();
        await expectWhole(submitted, store);
        // SIGTERM: they finish what they have, and end well.
        for (const { process: running } of [second, third]) running.kill('SIGTERM');
        expect(await Promise.all([second.ended, third.ended])).toEqual([0, 0]);
      } finally {
        await redis.stop();
      }
    });
  }

  test('SIGTERM ends a worker also while Redis is away', { timeout: 120_000 }, async () => {
    redis = await startRedis(path.join(root, 'away', 'redis'));
    try {
      const waiting = worker(redis.url, 'one', 1);
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
      const right = worker(redis.url, 'two', 1);
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
    runCli(['queue', 'status', '--queue', 'redis://127.0.0.1:1']),
    runCli(['worker', '--queue', 'localhost:6379']),
  ]);
  expect([nobody.code, wrong.code]).toEqual([1, 1]);
  expect(nobody.stderr).toMatch(/^Redis at redis:\/\/127\.0\.0\.1:1 does not answer \(.+\)\n$/);
  expect(wrong.stderr).toBe('queue is "localhost:6379"; give redis://host:port, or rediss:// for TLS\n');
});

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Machines of a network of their own, made and removed here; their addresses exist nowhere else. */
const name = (machine: string) => `xray${process.pid}${machine}`;
const machines = ['q', 'a', 'b'] as const;
const address = { q: '10.231.77.1', a: '10.231.77.2', b: '10.231.77.3' } as const;
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
    ip('-n', name('q'), 'addr', 'add', `${address.q}/24`, 'dev', 'bridge0');
    ip('-n', name('q'), 'link', 'set', 'bridge0', 'up');
    for (const machine of ['a', 'b'] as const) {
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
      ip('-n', name(machine), 'addr', 'add', `${address[machine]}/24`, 'dev', 'eth0');
      ip('-n', name(machine), 'link', 'set', 'eth0', 'up');
    }
  });
  afterAll(() => {
    for (const machine of machines) ip('netns', 'del', name(machine));
  });

  test(`joined by a bridge, the link of one cut for ${cutSeconds} s: the same results`, {
    timeout: (300 + cutSeconds) * 1000,
  }, async () => {
    const folder = path.join(root, 'hosts');
    const redis = await startRedis(path.join(folder, 'redis'), { host: address.q, command: on('q') });
    try {
      const store = path.join(folder, 'store');
      const submitted = start(
        ['grid', file, '--queue', redis.url, '--store', store, '--json'],
        'submitter-cache',
        on('q'),
      );
      const [a, b] = [worker(redis.url, 'host-a', 1, on('a')), worker(redis.url, 'host-b', 1, on('b'))];
      await until(() => doneBy(b) >= 1 && doneBy(a, b) >= 3, 'pieces of both hosts');
      ip('-n', name('q'), 'link', 'set', 'to-b', 'down');
      const cut = doneBy(b);
      await pause(cutSeconds * 1000);
      ip('-n', name('q'), 'link', 'set', 'to-b', 'up');
      await expectWhole(submitted, store);
      expect(doneBy(a)).toBeGreaterThan(0);
      expect(cut).toBeLessThan(Object.keys(expected).length);
      for (const { process: running } of [a, b]) running.kill('SIGTERM');
      expect(await Promise.all([a.ended, b.ended])).toEqual([0, 0]);
    } finally {
      await redis.stop();
    }
  });
});
