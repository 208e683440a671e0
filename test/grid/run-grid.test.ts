import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { comparisonText } from '../../lib/grid/comparison-text';
import { openStore } from '../../lib/grid/open-store';
import { ownRunner } from '../../lib/grid/own-runner';
import { planGrid } from '../../lib/grid/plan-grid';
import { readGrid } from '../../lib/grid/read-grid';
import { keepPlanned, runGrid } from '../../lib/grid/run-grid';
import { runPieces } from '../../lib/grid/run-pieces';
import { crossValidate } from '../../lib/transfer/cross-validate';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { freshDist } from '../commands/dist';
import { resultsOf, smallGrid, writeGrid } from './phantom-grid';

const root = mkdtempSync(path.join(tmpdir(), 'xray-grid-'));
const at = (...parts: string[]) => path.join(root, ...parts);
let file: string;

beforeAll(async () => {
  await freshDist();
  vi.stubEnv('XRAY_CACHE', at('cache'));
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', '1');
  file = await writeGrid(root);
  const { failed } = await runGrid(await readGrid(file), { store: at('calm') });
  expect(failed).toEqual([]);
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

test('what a grid compares is what crossValidate finds', async () => {
  const { comparison, computed, found } = await runGrid(await readGrid(file), { store: at('calm') });
  const xrays = await loadDataset(at('phantoms'), { classes: ['covid', 'normal'] });
  expect([computed, found]).toEqual([0, 8 + 12 + 1]);
  for (const [i, { name, preset, ...parameters }] of smallGrid.presets.entries()) {
    const { seeds, folds } = smallGrid;
    const how = { ...parameters, preset: preset as 'sound' | 'article', seeds, folds };
    const alone = await crossValidate(xrays, { backbone: 'fractal', ...how });
    const training = comparison!.trainings[i]!;
    expect(training).toMatchObject({ dataset: 'phantoms', network: 'fractal', preset: name, runs: 6 });
    expect(training.accuracy.value).toBeCloseTo(alone.accuracy.value!, 6);
    expect(training.accuracy.low).toBeCloseTo(alone.accuracy.low!, 6);
  }
  const text = comparisonText(comparison!);
  expect(text).toMatch(/^dataset +network +preset +accuracy/);
  expect(text).toContain('Synthetic pictures');
  expect(text).toMatch(/For education only, never for diagnosis\.$/);
});

test('two processes give the same results, byte for byte', async () => {
  const { failed, computed } = await runGrid(await readGrid(file), { store: at('processes'), processes: 2 });
  expect(failed).toEqual([]);
  expect(computed).toBe(Object.keys(resultsOf(at('calm'))).filter((name) => name.endsWith('.json')).length);
  expect(resultsOf(at('processes'))).toEqual(resultsOf(at('calm')));
});

test('interrupted, it goes on where it was, and ends with the same results', async () => {
  const interrupt = new AbortController();
  let pieces = 0;
  const work = {
    onProgress: () => ++pieces === 5 && interrupt.abort(new Error('Ctrl-C')),
    signal: interrupt.signal,
  };
  vi.stubEnv('XRAY_CACHE', at('other-cache'));
  const grid = await readGrid(file);
  const onPieces = {
    ...work,
    onProgress: ({ stage }: { stage: string }) => void (stage === 'pieces' && work.onProgress()),
  };
  await expect(runGrid(grid, { store: at('cut'), ...onPieces })).rejects.toThrow('Ctrl-C');
  const kept = Object.keys(resultsOf(at('cut'))).filter((name) => name.endsWith('.json')).length;
  expect(kept).toBe(5);
  const { found } = await runGrid(grid, { store: at('cut') });
  expect(found).toBe(kept);
  expect(resultsOf(at('cut'))).toEqual(resultsOf(at('calm')));
  vi.stubEnv('XRAY_CACHE', at('cache'));
});

test('pieces are found by grids that share them', async () => {
  const wider = await writeGrid(at('.'), { seeds: [0, 1, 2] });
  const { computed, found } = await runGrid(await readGrid(wider), { store: at('cut') });
  // Three folds of two presets more, and another comparison.
  expect([computed, found]).toEqual([7, 20]);
  await writeGrid(at('.'));
});

describe('a piece that cannot be computed', () => {
  test('is named with its reason; what needs it waits, the rest is done', async () => {
    const grid = await readGrid(file);
    const store = await openStore(at('broken'));
    const planned = await planGrid(grid);
    await keepPlanned(planned, store, {});
    const folder = at('phantoms', 'covid');
    const picture = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.png'))!);
    renameSync(picture, `${picture}.away`);
    try {
      const { failed, computed } = await runPieces(planned.plan, [ownRunner(planned.plan, store)], {});
      expect(failed).toHaveLength(2);
      expect(failed[0]!.title).toBe('features Fractal, pictures 1 to 5');
      expect(failed[0]!.reason).toMatch(
        /is not here, as when the grid was planned .*make the dataset's folder visible/,
      );
      expect(computed).toBe(6);
      writeFileSync(picture, 'another');
      const again = await runPieces(planned.plan, [ownRunner(planned.plan, store)], {});
      expect(again.failed[0]!.reason).toContain('is another picture than when the grid was planned');
    } finally {
      rmSync(picture, { force: true });
      renameSync(`${picture}.away`, picture);
    }
    const { failed } = await runPieces(planned.plan, [ownRunner(planned.plan, store)], {});
    expect(failed).toEqual([]);
    expect(resultsOf(at('broken'))).toEqual(resultsOf(at('calm')));
  });

  test('damaged features are named, never learnt from', async () => {
    const store = await openStore(at('damaged'));
    const planned = await planGrid(await readGrid(file));
    await keepPlanned(planned, store, {});
    const { plan } = planned;
    const features = { ...plan, pieces: plan.pieces.filter(({ kind }) => kind === 'features') };
    await runPieces(features, [ownRunner(plan, store)], {});
    const { name } = features.pieces[0]!;
    const rows = (await store.get(`features/${name}.arrow`))!;
    rows[rows.length >> 1]! ^= 1;
    await store.put(`features/${name}.arrow`, rows);
    vi.stubEnv('XRAY_CACHE', at('empty-cache'));
    const { failed } = await runPieces(plan, [ownRunner(plan, store)], {});
    vi.stubEnv('XRAY_CACHE', at('cache'));
    expect(failed).toHaveLength(6);
    expect(failed[0]!.reason).toContain(`features/${name}.arrow in ${store.url} is damaged; delete`);
  });

  test('another code or number of threads is refused', async () => {
    const store = await openStore(at('refused'));
    const { plan, records } = await planGrid(await readGrid(file));
    const other = { ...plan, computing: { ...plan.computing, threads: 2 } };
    await keepPlanned({ plan: other, records }, store, {});
    const { failed } = await runPieces(other, [ownRunner(other, store)], {});
    expect(failed[0]!.reason).toBe(
      "This worker's threads an operation (TF_NUM_INTRAOP_THREADS) is 1, the plan's 2: results would not be the same to the bit; make them the same, or plan the grid anew",
    );
    const changed = { ...plan, computing: { ...plan.computing, code: 'other' } };
    const { failed: refused } = await runPieces(changed, [ownRunner(changed, store)], {});
    expect(refused[0]!.reason).toContain("This worker's code of the library is");
  });
});
