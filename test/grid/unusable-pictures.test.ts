import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDist, runCli } from '../commands/dist';
import { writeGrid } from './phantom-grid';

const root = mkdtempSync(path.join(tmpdir(), 'xray-unusable-'));
const covid = path.join(root, 'phantoms', 'covid');
const broken = ['cut.png', 'text.jpg'].map((name) => path.join(covid, name));
let file: string;

beforeAll(async () => {
  await freshDist();
  file = await writeGrid(root, { presets: [{ preset: 'sound', epochs: 2 }], seeds: [0], folds: 2 }, 6);
  // Pictures without records are looked at one by one.
  for (const label of ['covid', 'normal']) rmSync(path.join(root, 'phantoms', label, 'records.csv'));
  const whole = readdirSync(covid).find((name) => name.endsWith('.png'))!;
  writeFileSync(broken[0]!, readFileSync(path.join(covid, whole)).subarray(0, 3000));
  writeFileSync(broken[1]!, 'no picture');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const grid = (...more: string[]) =>
  runCli(['grid', file, '--store', path.join(root, 'store'), '--json', ...more], {
    XRAY_CACHE: path.join(root, 'cache'),
  });

test('are named with the reason and left out of a grid; --strict stops at the first', async () => {
  const strict = await grid('--strict');
  expect(strict.code).toBe(1);
  expect(JSON.parse(strict.stdout).error).toMatch(/covid\/(cut\.png|text\.jpg) is /);
  expect(readdirSync(root)).not.toContain('store');

  const ended = await grid();
  expect(ended.code, ended.stderr).toBe(0);
  const { refused, failed, comparison } = JSON.parse(ended.stdout);
  expect(refused.map((one: { file: string }) => one.file).sort()).toEqual(broken);
  expect(ended.stderr).toMatch(/^Left out: .*cut\.png is damaged/m);
  expect(failed).toEqual([]);
  expect(comparison.trainings).toMatchObject([{ runs: 2 }]);

  // The grid is that of the others: every piece of it is there.
  for (const name of broken) rmSync(name);
  const without = JSON.parse((await grid()).stdout);
  expect(without).toMatchObject({ refused: [], computed: 0, comparison });
});
