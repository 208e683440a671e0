import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compared } from './compared.mjs';
import { startRedis } from './redis.mjs';
import { median, root, timed } from './timed.mjs';

const require = createRequire(import.meta.url);
const { createDemoDataset } = require('../dist/index.js');
const { withQueues } = require('../dist/grid/queue/queues.js');
const { queueStatus } = require('../dist/grid/queue/status.js');
const sharp = require('sharp');
const cli = path.join(root, 'dist', 'cli.js');

/** Starts workers, each with its pieces at once and its threads; `bytes()` is what the first and its child have resident. */
function startWorkers(url, work, count, threads) {
  const workers = Array.from({ length: count }, (_, i) => {
    const env = {
      ...process.env,
      TF_NUM_INTRAOP_THREADS: String(threads),
      XRAY_CACHE: path.join(work, `cache-${i}`),
    };
    return spawn(process.execPath, [cli, 'worker', '--queue', url], {
      env,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
  });
  const resident = (pid) =>
    1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  const children = (pid) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return {
    bytes() {
      const [{ pid }] = workers;
      return [pid, ...children(pid)].reduce((sum, one) => sum + resident(one), 0);
    },
    stop: () =>
      Promise.all(
        workers.map((worker) => {
          const ended = new Promise((resolve) => worker.once('exit', resolve));
          worker.kill('SIGTERM');
          return ended;
        }),
      ),
  };
}

const grid = (args, work, threads) =>
  timed(process.execPath, [cli, 'grid', ...args, '--json'], {
    TF_NUM_INTRAOP_THREADS: String(threads),
    XRAY_CACHE: path.join(work, 'cache'),
  });

/** Milliseconds from the first piece of features taken to the last one done, and how many there were. */
async function courseOf(url) {
  return withQueues(url, async ({ pieces }) => {
    const jobs = (await pieces.getCompleted(0, -1)).filter(({ name }) => name === 'features');
    const taken = Math.min(...jobs.map(({ processedOn }) => processedOn));
    // The first pieces of a process wait for TensorFlow.
    const each = median(jobs.map(({ processedOn, finishedOn }) => finishedOn - processedOn));
    return {
      milliseconds: Math.max(...jobs.map(({ finishedOn }) => finishedOn)) - taken,
      count: jobs.length,
      each,
    };
  });
}

/** The time of one grid by so many workers of so many threads. */
async function courseBy(work, file, workers, threads) {
  const folder = mkdtempSync(path.join(work, 'run-'));
  const redis = await startRedis(folder);
  const started = startWorkers(redis.url, folder, workers, threads);
  try {
    // All of them wait for pieces before there are any.
    while ((await withQueues(redis.url, queueStatus)).workers < workers) await pause(100);
    await grid([file, '--queue', redis.url, '--store', path.join(folder, 'store')], folder, threads);
    return await courseOf(redis.url);
  } finally {
    await started.stop();
    redis.stop();
  }
}

/** Two workers of one thread against one of two. */
async function efficiency({ network, count, repeats, work, say }) {
  const data = path.join(work, 'phantoms');
  await createDemoDataset(data, { count: count / 2 });
  const file = path.join(work, 'efficiency.yaml');
  const networks = [{ name: network, ...(network !== 'fractal' && { weights: 'random' }) }];
  writeFileSync(
    file,
    JSON.stringify({
      datasets: [{ folder: data, classes: ['covid', 'normal'] }],
      networks,
      seeds: [0],
      folds: 2,
      shard: 8,
    }),
  );
  const runs = [];
  for (let i = 0; i < repeats; i++) {
    const one = await courseBy(work, file, 1, 2);
    const two = await courseBy(work, file, 2, 1);
    say(
      `${network}, ${count} pictures: 1 × 2 threads ${(one.milliseconds / 1000).toFixed(1)} s, 2 × 1 ${(two.milliseconds / 1000).toFixed(1)} s`,
    );
    runs.push({ here: two.milliseconds / 1000, peer: one.milliseconds / 1000 });
  }
  return compared({
    name: `Features of ${count} phantoms by ${network} in pieces of 8: 2 workers of one thread, against 1 of two`,
    here: median(runs.map(({ here }) => here)),
    peer: median(runs.map(({ peer }) => peer)),
    least: 0.9,
  });
}

/** Pictures of 16 × 16 pixels, each another, in two classes. */
async function writeSmallPictures(folder, count) {
  for (let i = 0; i < count; i++) {
    const data = Buffer.alloc(256, 100 + (i % 100));
    data.writeUInt32LE(i, 0);
    const to = path.join(folder, i % 2 ? 'a' : 'b');
    if (i < 2) mkdirSync(to, { recursive: true });
    const raw = { width: 16, height: 16, channels: 1 };
    await sharp(data, { raw })
      .png()
      .toFile(path.join(to, `${String(i).padStart(6, '0')}.png`));
  }
}

/** A queue of many pieces of one picture each, by one worker: what the queue costs, and whether memory grows. */
async function manyPieces({ count, work, say }) {
  const file = (name, pictures) => {
    const at = path.join(work, `${name}.yaml`);
    writeFileSync(
      at,
      JSON.stringify({ datasets: [pictures], networks: ['pixels'], seeds: [0], folds: 2, shard: 1 }),
    );
    return at;
  };
  const [many, few] = [path.join(work, 'many'), path.join(work, 'few')];
  await writeSmallPictures(many, count);
  // Two folds need two of each class.
  await writeSmallPictures(few, Math.max(8, Math.ceil(count / 10)));
  const { milliseconds: alone } = (
    await timed(
      process.execPath,
      [path.join(root, 'bench', 'pieces-alone.mjs'), file('few', few), path.join(work, 'alone')],
      { TF_NUM_INTRAOP_THREADS: '1', XRAY_CACHE: path.join(work, 'cache') },
    )
  ).result;
  const redis = await startRedis(work);
  const workers = startWorkers(redis.url, work, 1, 1);
  const seen = [];
  let over = false;
  const watch = (async () => {
    for (;;) {
      const done = await redis.client.zcard('xray-transfer:pieces:completed');
      if (done) seen.push({ done, bytes: workers.bytes() });
      if (over) return;
      await pause(500);
    }
  })();
  try {
    const at = path.join(work, 'queued');
    await grid([file('many', many), '--queue', redis.url, '--store', at], work, 1);
    const { milliseconds, count: done, each } = await courseOf(redis.url);
    const memory = Number(/used_memory_peak:(\d+)/.exec(await redis.client.info('memory'))[1]);
    over = true;
    await watch;
    const early = seen.find((one) => one.done >= done / 10) ?? seen[0];
    const last = seen.findLast((one) => one.done < done) ?? seen.at(-1);
    say(
      `${done} pieces: ${(milliseconds / done).toFixed(1)} ms each, ${each} ms of it at work; without a queue ${alone.toFixed(1)} ms`,
    );
    say(
      `worker and child: ${(early.bytes / 1e6).toFixed(0)} MB after ${early.done}, ${(last.bytes / 1e6).toFixed(0)} MB after ${last.done}; Redis ${(memory / 1e6).toFixed(0)} MB`,
    );
    const number = done.toLocaleString('en-US');
    return [
      compared({
        name: `What the queue adds to a piece, ${number} pieces, one worker`,
        here: milliseconds / done - alone,
        unit: 'ms',
        most: 50,
      }),
      compared({
        name: `Memory of worker and child after ${number} pieces, against after a tenth of them`,
        here: last.bytes / 1e6,
        peer: early.bytes / 1e6,
        unit: 'MB',
        least: 0.9,
      }),
      compared({ name: `Redis, with ${number} pieces`, here: memory / 1e6, unit: 'MB' }),
    ];
  } finally {
    over = true;
    await workers.stop();
    redis.stop();
  }
}

/**
 * Grids by a queue: how well several workers share a machine, what the queue costs, and what memory it takes.
 * @returns rows of the table of results
 */
export async function queue({ network = 'resnet50', pictures = 240, pieces = 10_000, repeats, say }) {
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  try {
    return [
      await efficiency({ network, count: pictures, repeats, work, say }),
      ...(await manyPieces({ count: pieces, work, say })),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
