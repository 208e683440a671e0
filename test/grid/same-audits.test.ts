import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fewestPatients } from '../../lib/audit/study';
import { projectFolder } from '../../lib/core/settings';
import type { GridComparison } from '../../lib/grid/comparison';
import { comparisonText } from '../../lib/grid/comparison-text';
import { freshDist, runCli } from '../commands/dist';
import { endingWithUs } from '../ending-with-us';
import { tinyCut, writeTinyBackbone } from '../transfer/tiny-backbone';
import { resultsOf, writeGrid } from './phantom-grid';
import { noRedis, startRedis } from './redis';

if (noRedis) console.warn(`Audits by a queue are not compared: ${noRedis}`);

const root = mkdtempSync(path.join(tmpdir(), 'xray-same-audits-'));
const at = (...parts: string[]) => path.join(root, ...parts);
let file: string;

beforeAll(async () => {
  await freshDist();
  // So many that the tests of an audit that learn do so.
  const small = { presets: [{ preset: 'sound', epochs: 2, augment: 0 }], seeds: [0], folds: 2, shard: 25 };
  // A network that costs next to nothing; the audit looks at thumbnails of 32 pixels.
  const networks = [{ name: await writeTinyBackbone(at('tiny'), 4, 64), cut: tinyCut }];
  file = await writeGrid(root, { ...small, networks, audit: true }, fewestPatients);
  // Without records each picture counts as a patient of its own: enough of them.
  for (const label of ['covid', 'normal']) rmSync(at('phantoms', label, 'records.csv'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const isComparison = (name: string) => name.startsWith('comparison');

/** Runs the grid with a cache and a store of its own; its results by hash. */
async function resultsBy(way: string, ...how: string[]) {
  const ended = await runCli(['grid', file, '--store', at(way), '--json', ...how], {
    XRAY_CACHE: at(`${way}-cache`),
  });
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(ended.stdout).comparison.audits).toMatchObject([
    { dataset: 'phantoms', network: `tiny ${tinyCut}` },
  ]);
  return resultsOf(at(way));
}

test('audits whose tests learn are the same to the bit in process, over processes and by a queue', {
  timeout: 600_000,
}, async () => {
  const here = await resultsBy('here');
  const comparison: GridComparison = JSON.parse(
    readFileSync(at('here', Object.keys(here).find(isComparison)!), 'utf8'),
  );
  const [audit] = comparison.audits;
  expect(audit!.pieces.length).toBeGreaterThan(4);
  expect(audit!.whole.value).toBeGreaterThan(0);
  expect(audit!.tests.filter(({ figure }) => figure.value !== null).length).toBeGreaterThan(4);
  expect(comparisonText(comparison)).toMatch(
    /^Audit of phantoms with tiny block2_relu: (clear|flagged|not tested)/m,
  );
  // Features that an audit computed for itself alone do not stay.
  expect(readdirSync(at('here-cache', 'features')).filter((name) => name.includes('attempt'))).toEqual([]);

  expect(await resultsBy('processes', '--processes', '2')).toEqual(here);
  if (noRedis) return;
  const redis = await startRedis(at('redis'));
  const cli = path.join(projectFolder, 'dist', 'cli.js');
  const [program, ...rest] = [...endingWithUs, process.execPath, cli, 'worker', '--queue', redis.url];
  const worker = spawn(program!, rest, {
    env: { ...process.env, XRAY_CACHE: at('worker-cache') },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => worker.once('close', resolve));
  try {
    expect(await resultsBy('queue', '--queue', redis.url)).toEqual(here);
  } finally {
    worker.kill('SIGTERM');
    await ended;
    await redis.stop();
  }
});
