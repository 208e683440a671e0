import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clearKeptDemos, keptDemosFolder, listKeptDemos } from '../../lib/demo/kept-demos';

const root = mkdtempSync(path.join(tmpdir(), 'xray-kept-demos-'));
beforeAll(() => {
  vi.stubEnv('XRAY_CACHE', root);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

test('what the page in the browser needs is listed with its size, and removed', async () => {
  expect(await listKeptDemos()).toEqual([]);
  for (const [name, size] of [
    ['page/assets/main.js', 700],
    ['page/index.html', 55],
    ['model-0123/model.json', 3],
  ] as const) {
    const file = path.join(keptDemosFolder(), '0f0f', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, 'x'.repeat(size));
  }
  const found = await listKeptDemos();
  expect(found.map(({ path: folder, bytes }) => [path.basename(folder), bytes])).toEqual([
    ['model-0123', 3],
    ['page', 755],
  ]);
  for (const { made } of found) expect(Math.abs(made.getTime() - Date.now())).toBeLessThan(60_000);
  expect(await clearKeptDemos()).toEqual({ folders: 2, bytes: 758 });
  expect(await listKeptDemos()).toEqual([]);
});
