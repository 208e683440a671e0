import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bounded } from '../../lib/core/bounded';
import type { InputError } from '../../lib/core/check';
import { createTableDataset } from '../../lib/dataset/create-table-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { splitDataset } from '../../lib/dataset/split-dataset';

/** Pictures in the folder; XRAY_FILES=10000 for the figures in docs/own-data.md. */
const count = Number(process.env.XRAY_FILES || 400);
const classes = ['benign', 'malignant'] as const;
const perPatient = 4;

/** A PNG with a text in it: the same picture, another file. */
function withText(png: Buffer, text: string): Buffer {
  const body = Buffer.from(`tEXtComment\0${text}`, 'latin1');
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(crc32(body));
  // Before its last chunk, which takes twelve bytes.
  return Buffer.concat([png.subarray(0, -12), length, body, check, png.subarray(-12)]);
}

/** What a piece of work adds to the memory of this process at most, in MB. */
async function addedMemory(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  await work().finally(() => clearInterval(watch));
  return (Math.max(most, process.memoryUsage().rss) - before) / 1e6;
}

describe(`a folder of ${count} files (XRAY_FILES=10000: so many)`, { timeout: 600_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'xray-many-'));
    for (const label of classes) await mkdir(path.join(folder, 'pictures', label), { recursive: true });
    const shades = await Promise.all(
      classes.map((_, i) =>
        sharp({
          create: { width: 32, height: 32, channels: 3, background: { r: 80 * i + 60, g: 80, b: 80 } },
        })
          .png()
          .toBuffer(),
      ),
    );
    const numbers = Array.from({ length: count }, (_, i) => i);
    await bounded(numbers, 16, (i) =>
      writeFile(
        path.join(folder, 'pictures', classes[i % 2]!, `${i}.png`),
        withText(shades[i % 2]!, `picture ${i}`),
      ),
    );
    // Three that cannot be used, and litter.
    await writeFile(
      path.join(folder, 'pictures', 'benign', 'cut.png'),
      withText(shades[0]!, 'cut').subarray(0, 60),
    );
    await writeFile(path.join(folder, 'pictures', 'benign', 'empty.png'), '');
    await writeFile(path.join(folder, 'pictures', 'malignant', 'words.jpg'), 'these are words');
    await writeFile(path.join(folder, 'pictures', 'malignant', '.DS_Store'), 'litter');
    const patient = (i: number) => `${classes[i % 2]} ${Math.floor(i / 2 / perPatient)}`;
    const rows = numbers.map((i) => `${i}.png,${classes[i % 2]},${patient(i)}`);
    await writeFile(path.join(folder, 'table.csv'), ['file,finding,patient', ...rows].join('\n'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is read as it stands: every picture once, what cannot be used named, memory bounded', async () => {
    const refused: string[] = [];
    let done = 0;
    const memory = await addedMemory(async () => {
      const xrays = await loadDataset(path.join(folder, 'pictures'), {
        onRefused: (file: string, _: InputError) => refused.push(path.basename(file)),
        onProgress: (progress) => {
          done = progress.done;
          expect(progress.total).toBe(count + 3);
        },
      });
      expect(xrays.length).toBe(count);
      expect(new Set(xrays.map(({ sha256 }) => sha256)).size).toBe(count);
      for (const label of classes)
        expect(xrays.filter((xray) => xray.label === label).length).toBe(count / 2);
    });
    expect(refused.sort()).toEqual(['cut.png', 'empty.png', 'words.jpg']);
    expect(done).toBe(count + 3);
    expect(memory).toBeLessThan(150);
  });

  test('is built from a table: every row taken, patients kept together, memory bounded', async () => {
    const memory = await addedMemory(async () => {
      const report = await createTableDataset(path.join(folder, 'table.csv'), path.join(folder, 'built'), {
        images: path.join(folder, 'pictures'),
        columns: { file: 'file', label: 'finding', patient: 'patient' },
        classes: { benign: 'benign', malignant: 'malignant' },
      });
      expect(report).toMatchObject({ taken: count, rows: count, missing: [], skipped: {}, unreadable: [] });
      const xrays = await loadDataset(path.join(folder, 'built'));
      expect(xrays.length).toBe(count);
      const split = splitDataset(xrays, { test: 0.2, seed: 1 });
      const sides = [split.train, split.validation, split.test].map(
        (side) => new Set(side.map(({ patientId }) => patientId)),
      );
      expect(sides.reduce((sum, side) => sum + side.size, 0)).toBe(count / perPatient);
      expect(split.train.length + split.validation.length + split.test.length).toBe(count);
    });
    expect(memory).toBeLessThan(150);
  });
});
