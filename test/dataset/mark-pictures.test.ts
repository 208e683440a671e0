import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { createDemoDataset } from '../../lib/dataset/create-demo-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { markPictures } from '../../lib/dataset/mark-pictures';
import { readPixels } from '../../lib/dataset/read-pixels';
import { keepRegion } from '../../lib/dataset/region';
import type { Xray } from '../../lib/dataset/xray';

const root = mkdtempSync(path.join(tmpdir(), 'xray-mark-'));
let phantoms: Xray[];

beforeAll(async () => {
  await createDemoDataset(path.join(root, 'plain'), { count: 6, classes: ['covid', 'normal'], seed: 3 });
  phantoms = await loadDataset(path.join(root, 'plain'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Where a copy differs from its original: the places' numbers. */
async function differences(copy: Xray): Promise<number[]> {
  const original = phantoms.find(
    ({ label, path: file }) => label === copy.label && path.basename(file) === path.basename(copy.path),
  )!;
  const [a, b] = [await readPixels(original.path), await readPixels(copy.path)];
  return [...a.data].flatMap((value, i) => (value === b.data[i] ? [] : [i]));
}

describe('markPictures', () => {
  test('marks the share asked for, in the border, and changes nothing else', async () => {
    const copies = await markPictures(phantoms, path.join(root, 'half'), { covid: 0.5, normal: 1 });
    const marked = { covid: 0, normal: 0 };
    for (const copy of copies) {
      const places = await differences(copy);
      if (!places.length) continue;
      marked[copy.label as 'covid' | 'normal']++;
      const pixels = await readPixels(copy.path);
      const border = keepRegion(pixels, 'border');
      expect(places.every((i) => pixels.data[i] === 235 && border.data[i] === 235)).toBe(true);
      expect(places.length).toBeGreaterThan(100);
    }
    expect(marked).toEqual({ covid: 3, normal: 6 });
  });

  test('softens films all over, and only those asked for', async () => {
    const copies = await markPictures(phantoms, path.join(root, 'film'), { normal: 1 }, 42, 'film');
    for (const copy of copies) {
      const places = await differences(copy);
      const { data, width, height } = await readPixels(copy.path);
      if (copy.label === 'covid') expect(places).toEqual([]);
      else {
        expect(places.length).toBeGreaterThan(0.3 * data.length);
        // A softer picture changes less from pixel to pixel; it is no darker or brighter.
        const original = await readPixels(
          phantoms.find(
            ({ label, path: file }) => label === 'normal' && path.basename(file) === path.basename(copy.path),
          )!.path,
        );
        const steps = (values: Uint8Array) =>
          values.reduce((sum, grey, i) => sum + (i >= 3 ? Math.abs(grey - values[i - 3]!) : 0), 0);
        const mean = (values: Uint8Array) => values.reduce((a, b) => a + b, 0) / (width * height * 3);
        expect(steps(data)).toBeLessThan(0.8 * steps(original.data));
        expect(Math.abs(mean(data) - mean(original.data))).toBeLessThan(1);
      }
    }
  });

  test('gives the records that loadDataset then finds, the same for any order', async () => {
    const to = path.join(root, 'again');
    const copies = await markPictures(phantoms, to, { covid: 0.5 }, 7);
    expect(await loadDataset(to)).toEqual(copies);
    expect(await markPictures([...phantoms].reverse(), to, { covid: 0.5 }, 7)).toEqual(
      expect.arrayContaining(copies),
    );
    const hashes = (xrays: readonly Xray[]) => xrays.map(({ sha256 }) => sha256).sort();
    expect(hashes(await markPictures(phantoms, to, { covid: 0.5 }, 8))).not.toEqual(hashes(copies));
  });

  test('keeps pictures apart that differ in the ending only; two of one name it refuses', async () => {
    const from = path.join(root, 'endings');
    for (const [i, name] of ['normal/a.png', 'normal/a.jpg', 'normal/b.jpg', 'other/a.png'].entries()) {
      const grey = { create: { width: 8, height: 8, channels: 3, background: `rgb(${i},9,9)` } } as const;
      mkdirSync(path.dirname(path.join(from, name)), { recursive: true });
      await sharp(grey).toFile(path.join(from, name));
    }
    const [normal, other] = ['normal', 'other'].map((name) => loadDataset(from, { classes: [name] }));
    const xrays = await normal!;
    const copies = await markPictures(xrays, path.join(root, 'apart'), {});
    expect(copies.map((copy) => path.basename(copy.path))).toEqual(['a.jpg.png', 'a.png.png', 'b.png']);
    const elsewhere = (await other!).map((xray) => ({ ...xray, label: 'normal' }));
    const both = [...xrays, ...elsewhere];
    await expect(markPictures(both, path.join(root, 'twice'), {})).rejects.toThrow(
      /two pictures of one name, .*normal.a\.png and .*other.a\.png/,
    );
  });

  test('refuses shares that are none, and folders of somebody else', async () => {
    const to = path.join(root, 'refused');
    await expect(markPictures(phantoms, to, { covid: 2 })).rejects.toThrow('shares.covid is 2');
    await expect(markPictures(phantoms, to, { flu: 1 })).rejects.toThrow(/shares names flu/);
    await expect(markPictures(phantoms, to, {}, 42, 'letter' as never)).rejects.toThrow(
      /sign is "letter".*mark, film/,
    );
    await markPictures(phantoms, to, {});
    writeFileSync(path.join(to, 'covid', 'notes.txt'), 'mine');
    await expect(markPictures(phantoms, to, {})).rejects.toThrow(InputError);
  });
});
