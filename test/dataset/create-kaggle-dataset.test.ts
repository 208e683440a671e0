import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKaggleDataset } from '../../lib/dataset/create-kaggle-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { recordsName } from '../../lib/dataset/records';
import { sharedData, temporaryFolder, writeFiles } from './sample-pictures';

async function source(nesting = '') {
  const folder = temporaryFolder();
  const train = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`train/NORMAL/IM-000${i}-0001.png`, i]),
  );
  const rest = {
    'test/NORMAL/IM-0003-0001.png': 20,
    'test/PNEUMONIA/person1_virus_6.png': 21,
    'train/PNEUMONIA/x.png': 22,
  };
  await writeFiles(path.join(folder, 'from', nesting), { ...train, ...rest });
  return { from: path.join(folder, 'from'), to: path.join(folder, 'dataset', 'normal') };
}

describe('createKaggleDataset', () => {
  it('draws a seeded sample, byte for byte, with records', async () => {
    const { from, to } = await source();
    const report = await createKaggleDataset(from, to, { className: 'NORMAL', count: 4 });
    expect(report).toMatchObject({ rows: 9, taken: 4, skipped: { 'not sampled': 5 }, missing: [], to });
    const once = await readFile(path.join(to, recordsName), 'utf8');
    await createKaggleDataset(from, to, { className: 'NORMAL', count: 4, seed: 42 });
    expect(await readFile(path.join(to, recordsName), 'utf8')).toBe(once);
    const xrays = await loadDataset(path.dirname(to));
    expect(xrays).toHaveLength(4);
    for (const xray of xrays) {
      const name = path.basename(xray.path);
      expect(await readFile(xray.path)).toEqual(await readFile(path.join(from, 'train/NORMAL', name)));
      expect(xray).toMatchObject({ label: 'normal', source: 'kaggle-chest-xray', license: 'CC BY 4.0' });
      expect(xray.patientId).toBe(`kaggle-chest-xray:${name.slice(0, 7)}`);
    }
  });

  it('has the smaller sample in the larger, and another with another seed', async () => {
    const { from, to } = await source();
    const sample = async (count: number, seed: number) => {
      await createKaggleDataset(from, to, { className: 'NORMAL', count, seed });
      return readdir(to);
    };
    expect(await sample(6, 1)).toEqual(expect.arrayContaining(await sample(3, 1)));
    const samples = await Promise.all([await sample(4, 1), await sample(4, 2), await sample(4, 3)]);
    expect(new Set(samples.map(String)).size).toBeGreaterThan(1);
  });

  it('draws from all parts, keeping both of two files of one name', async () => {
    const { from, to } = await source('chest_xray');
    const report = await createKaggleDataset(from, to, { className: 'NORMAL', count: 10, part: 'all' });
    expect(report).toMatchObject({ rows: 10, taken: 10, skipped: {} });
    expect(await readdir(to)).toEqual(expect.arrayContaining(['IM-0003-0001.png', 'test-IM-0003-0001.png']));
  });

  it('draws others for those that cannot be read, and names these', async () => {
    const { from, to } = await source();
    await writeFiles(from, {
      'train/NORMAL/IM-0000-0001.png': 'text',
      'train/NORMAL/IM-0001-0001.png': 'text',
    });
    const report = await createKaggleDataset(from, to, { className: 'NORMAL', count: 7 });
    expect(report).toMatchObject({ rows: 9, taken: 7 });
    expect(report.unreadable?.length).toBeGreaterThan(0);
    expect(report.unreadable?.[0]).toMatch(/IM-000[01]-0001\.png holds no picture known here/);
    expect(Object.values(report.skipped).reduce((sum, count) => sum + count, report.taken)).toBe(9);
  });

  it('names parameter, value and what there is', async () => {
    const { from, to } = await source();
    const create = (options: object) =>
      createKaggleDataset(from, to, { className: 'NORMAL', count: 1, ...options } as {
        className: 'NORMAL';
        count: 1;
      });
    await expect(create({ count: 10 })).rejects.toThrow(/count is 10, but .* has 9 NORMAL pictures in train/);
    await expect(create({ count: 0 })).rejects.toThrow('count is 0; it must be a whole number, 1 or more');
    await expect(create({ className: 'Normal' })).rejects.toThrow('choose one of NORMAL, PNEUMONIA');
    await expect(create({ part: 'val' })).rejects.toThrow('part is "val"; choose one of train, test, all');
    await expect(
      createKaggleDataset(path.join(from, 'train'), to, { className: 'NORMAL', count: 1 }),
    ).rejects.toThrow(/holds no train or test folder; expected Kaggle's/);
  });
});

describe.skipIf(!existsSync(sharedData))('the real pictures (skipped where ../shared/data is absent)', () => {
  it.each([
    ['NORMAL', 'train', 1341],
    ['PNEUMONIA', 'train', 3875],
    ['NORMAL', 'test', 234],
    ['PNEUMONIA', 'all', 4265],
  ] as const)('%s in %s are %i', async (className, part, rows) => {
    const to = path.join(temporaryFolder(), 'normal');
    expect(await createKaggleDataset(sharedData, to, { className, part, count: 3 })).toMatchObject({
      rows,
      taken: 3,
    });
  });
});
