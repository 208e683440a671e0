import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split } from '../../lib/dataset/xray';
import { earlierRunsOf } from '../../lib/transfer/earlier-runs';
import { evaluate } from '../../lib/transfer/evaluate';
import { keptRuns } from '../../lib/transfer/kept-runs';
import { loadModel } from '../../lib/transfer/load-model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import type { TransferOptions } from '../../lib/transfer/transfer-options';
import { writeClassFolders } from './class-folders';

const root = mkdtempSync(path.join(tmpdir(), 'xray-runs-'));
const models = path.join(root, 'models');
const folder = path.join(models, 'pixels');
let split: Split;
beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  const xrays = await loadDataset(await writeClassFolders(path.join(root, 'data'), ['covid', 'normal'], 20));
  split = splitDataset(xrays, { test: 0.2, seed: 1, grouping: 'image' });
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

async function train(own: Partial<TransferOptions>) {
  const model = await transferLearn(split, { backbone: 'pixels', preset: 'article', augment: 0, ...own });
  await model.save(folder, await evaluate(model, split.test));
}
const told = async () =>
  (await keptRuns(models)).map(({ name, changed, parameters }) => [name, changed, parameters.epochs]);

test('a run with other parameters leaves the record of the one before, however often it is made', async () => {
  await train({ epochs: 10 });
  expect(await told()).toEqual([['pixels', undefined, 10]]);
  await train({ epochs: 25 });
  await train({ epochs: 25 });
  expect(await told()).toEqual([
    ['pixels', undefined, 25],
    ['pixels', 'epochs 10', 10],
  ]);
  await train({ epochs: 10, seed: 7, preprocessing: 'own' });
  expect((await told()).map(([, changed]) => changed)).toEqual([
    undefined,
    'seed 42, preprocessing scale, epochs 25',
    'seed 42, preprocessing scale',
  ]);
  const runs = await keptRuns(models);
  expect(runs.every(({ evaluation, history }) => evaluation && history.epochs.length >= 10)).toBe(true);
  expect(runs.map(({ date }) => date)).toEqual(
    runs
      .map(({ date }) => date)
      .sort()
      .reverse(),
  );
});

test('coming back to a former run moves it to the front', async () => {
  await train({ epochs: 10 });
  expect((await told()).map(([, , epochs]) => epochs)).toEqual([10, 10, 25]);
  expect((await loadModel(folder)).parameters.epochs).toBe(10);
});

test('other pictures make another run', async () => {
  const all = split;
  split = { ...split, train: split.train.slice(4) };
  await train({ epochs: 10 });
  split = all;
  expect((await told())[1]).toEqual(['pixels', 'pictures', 10]);
});

test('spoilt records are left out and named; saving goes on without them', async () => {
  const file = path.join(folder, 'earlier-runs.json');
  writeFileSync(file, '[{"half":');
  const unreadable: string[] = [];
  expect(await keptRuns(models, (name) => unreadable.push(name))).toHaveLength(1);
  expect(unreadable).toEqual([file]);
  await train({ epochs: 3 });
  expect((await told()).map(([, changed]) => changed)).toEqual([undefined, 'epochs 10']);
});

test('so many are kept', async () => {
  const full = path.join(root, 'full');
  mkdirSync(full);
  const record = (seed: number) => ({ classes: [], parameters: {}, seed });
  writeFileSync(path.join(full, 'run.json'), JSON.stringify(record(0)));
  writeFileSync(
    path.join(full, 'earlier-runs.json'),
    JSON.stringify(Array.from({ length: 80 }, (_, i) => record(i + 1))),
  );
  const kept = await earlierRunsOf(full, record(5));
  expect(kept).toHaveLength(50);
  expect(kept.map(({ seed }) => seed)).not.toContain(5);
  expect(kept[0]).toEqual(record(0));
  expect(await earlierRunsOf(path.join(root, 'none'), record(1))).toEqual([]);
  expect(readFileSync(path.join(full, 'run.json'), 'utf8')).toBe(JSON.stringify(record(0)));
});
