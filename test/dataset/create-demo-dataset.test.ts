import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { hashFile } from '../../lib/core/files';
import { createDemoDataset } from '../../lib/dataset/create-demo-dataset';
import { readRecords } from '../../lib/dataset/records';
import { isSynthetic } from '../../lib/dataset/xray';

const scratch = () => mkdtemp(path.join(os.tmpdir(), 'phantoms-'));

describe('createDemoDataset', () => {
  let folder = '';
  const stages: [number, number | undefined][] = [];
  beforeAll(async () => {
    folder = await scratch();
    const onProgress = ({ done, total }: { done: number; total?: number }) => stages.push([done, total]);
    const report = await createDemoDataset(folder, { count: 4, test: 2, onProgress });
    expect(report).toEqual({ rows: 16, taken: 16, skipped: {}, missing: [], to: folder, duplicates: [] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes class folders, a test folder beside them, and nothing else', async () => {
    expect((await readdir(folder)).sort()).toEqual(['covid', 'normal', 'pneumonia', 'test']);
    expect((await readdir(path.join(folder, 'test'))).sort()).toEqual(['normal', 'pneumonia']);
    expect((await readdir(path.join(folder, 'covid'))).sort()).toEqual([
      ...[1, 2, 3, 4].map((number) => `phantom-000${number}.png`),
      'records.csv',
    ]);
  });

  it('tells progress up to the end', () => {
    expect(stages).toEqual(Array.from({ length: 16 }, (_, i) => [i + 1, 16]));
  });

  it('records what the files are: synthetic, grey, 8 bits, 224×224, CC0', async () => {
    const records = await readRecords(path.join(folder, 'pneumonia'));
    expect(records).toHaveLength(4);
    expect(isSynthetic(records)).toBe(true);
    for (const xray of records) {
      expect(xray).toMatchObject({
        view: 'PA',
        width: 224,
        height: 224,
        license: 'CC0-1.0',
        label: 'pneumonia',
      });
      expect(await hashFile(xray.path)).toBe(xray.sha256);
      const { width, height, channels, depth, format, exif } = await sharp(xray.path).metadata();
      expect({ width, height, channels, depth, format }).toEqual({
        width: 224,
        height: 224,
        channels: 1,
        depth: 'uchar',
        format: 'png',
      });
      expect(exif?.toString('latin1')).toContain('Synthetic chest phantom');
    }
  });

  it('keeps the patients of test apart from those of training', async () => {
    const training = new Set(
      (await readRecords(path.join(folder, 'normal'))).map(({ patientId }) => patientId),
    );
    const test = await readRecords(path.join(folder, 'test', 'normal'));
    expect(test.filter(({ patientId }) => training.has(patientId))).toEqual([]);
  });

  it('leaves a complete folder alone, at once', async () => {
    const file = path.join(folder, 'covid', 'phantom-0001.png');
    const before = await stat(file);
    const start = performance.now();
    const report = await createDemoDataset(folder, { count: 4, test: 2 });
    expect(performance.now() - start).toBeLessThan(300);
    expect(report.taken).toBe(16);
    expect((await stat(file)).ino).toBe(before.ino);
  });

  it('mends a folder with a changed picture, and draws the same again', async () => {
    const file = path.join(folder, 'covid', 'phantom-0002.png');
    const intact = await readFile(file);
    await writeFile(file, 'cut');
    await createDemoDataset(folder, { count: 4, classes: ['covid'] });
    expect((await readFile(file)).equals(intact)).toBe(true);
  });

  it('replaces phantoms of another seed or count', async () => {
    const other = await scratch();
    const patients = async () =>
      (await readRecords(path.join(other, 'covid'))).map(({ patientId }) => patientId);
    await createDemoDataset(other, { count: 2, classes: ['covid'] });
    const first = await patients();
    await createDemoDataset(other, { count: 1, seed: 1, classes: ['covid'] });
    const second = await patients();
    expect([first.length, second.length]).toEqual([2, 1]);
    expect(first).not.toContain(second[0]);
    expect((await readdir(path.join(other, 'covid'))).sort()).toEqual(['phantom-0001.png', 'records.csv']);
    await rm(other, { recursive: true });
  });
});

describe('createDemoDataset refuses', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await scratch();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const real = async (name: string) => {
    await createDemoDataset(folder, { count: 1, classes: [name] });
    const file = path.join(folder, name, 'records.csv');
    await writeFile(file, (await readFile(file, 'utf8')).replace('synthetic phantom', 'kaggle-chest-xray'));
  };
  const refusal = (options: object) =>
    createDemoDataset(folder, options).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('a class folder with real pictures, and leaves everything as it is', async () => {
    await real('normal');
    const error = await refusal({ count: 1 });
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain(path.join(folder, 'normal'));
    expect(String(error)).toContain('kaggle-chest-xray');
    expect(await readdir(folder)).toEqual(['normal']);
  });

  it('to put phantoms beside a class of real pictures', async () => {
    await real('normal');
    expect(await refusal({ count: 1, classes: ['covid'] })).toBeInstanceOf(InputError);
  });

  it('a class folder with pictures but no records', async () => {
    await mkdir(path.join(folder, 'covid'));
    await writeFile(path.join(folder, 'covid', 'mine.jpeg'), 'x');
    const error = await refusal({ count: 1 });
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toMatch(/covid holds mine\.jpeg.*another folder/);
    expect(await readdir(path.join(folder, 'covid'))).toEqual(['mine.jpeg']);
  });

  it('a folder of phantoms to which something was added', async () => {
    await createDemoDataset(folder, { count: 1, classes: ['covid'] });
    await writeFile(path.join(folder, 'covid', 'notes.txt'), 'x');
    expect(await refusal({ count: 2, classes: ['covid'] })).toBeInstanceOf(InputError);
  });

  it('a file where a folder is needed', async () => {
    await writeFile(path.join(folder, 'covid'), 'x');
    expect(await refusal({ count: 1 })).toBeInstanceOf(InputError);
  });

  it.each([
    [{ count: 0 }, 'count'],
    [{ count: 1.5 }, 'count'],
    [{ seed: -1 }, 'seed'],
    [{ test: -1 }, 'test'],
    [{ classes: [] }, 'classes'],
    [{ classes: ['flu'] }, 'covid, normal, pneumonia'],
  ])('%j', async (options, named) => {
    const error = await refusal(options);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain(named);
    expect(await readdir(folder)).toEqual([]);
  });

  it('to go on when stopped, and leaves no half-written folder', async () => {
    const controller = new AbortController();
    const stop = ({ done }: { done: number }) => done === 3 && controller.abort(new Error('stopped'));
    const error = await refusal({ count: 2, onProgress: stop, signal: controller.signal });
    expect(String(error)).toContain('stopped');
    expect(await readdir(folder)).toEqual(['covid']);
    expect(await readRecords(path.join(folder, 'covid'))).toHaveLength(2);
  });
});
