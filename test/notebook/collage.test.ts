import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { collage } from '../../lib/notebook/collage';
import { outputOf } from '../../lib/notebook/show';
import { classColors } from '../../lib/plots/colors';
import { xrays } from '../plots/samples';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'collage-'));
  file = path.join(folder, 'wide.png');
  // 200 × 100, grey 200: fitted into a square it has black above and below.
  await sharp({ create: { width: 200, height: 100, channels: 3, background: '#c8c8c8' } })
    .png()
    .toFile(file);
});
afterAll(() => rm(folder, { recursive: true }));

async function pixel(png: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data } = await sharp(png)
    .extract({ left: x, top: y, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data];
}

test('pictures stand in rows, whole, with captions in the colour of their class', async () => {
  const items = [0, 1, 12].map((i) => ({ ...xrays[i]!, path: file }));
  const png = await collage(items, { columns: 2, size: 50 });
  const { width, height, format } = await sharp(png).metadata();
  expect([width, height, format]).toEqual([106, 150, 'png']);
  expect(await pixel(png, 25, 25)).toEqual([200, 200, 200, 255]);
  expect(await pixel(png, 25, 5)).toEqual([0, 0, 0, 255]);
  expect(outputOf(png).bundle['text/plain']).toBe('3 pictures in rows of 2: 2 × covid, normal');
  const rgb = (color: string) => [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
  const [covid, normal] = classColors(['covid', 'normal']);
  expect((await pixel(png, 1, 52)).slice(0, 3)).toEqual(rgb(covid!));
  expect((await pixel(png, 1, 130)).slice(0, 3)).toEqual(rgb(normal!));
  // Between pictures and after the last one there is nothing.
  expect((await pixel(png, 52, 10))[3]).toBe(0);
  expect((await pixel(png, 80, 120))[3]).toBe(0);
});

test('files, decoded pixels, and captions with markup', async () => {
  const data = new Uint8Array(4 * 4 * 3).fill(90);
  const png = await collage([file, { picture: { width: 4, height: 4, data }, caption: '</text><b>&"' }], {
    size: 40,
  });
  expect(await pixel(png, 40 + 6 + 20, 20)).toEqual([90, 90, 90, 255]);
});

test('captions can be left out', async () => {
  const { height } = await sharp(await collage([file], { captions: false, size: 64 })).metadata();
  expect(height).toBe(64);
});

test('what cannot be drawn is refused, named', async () => {
  const bad = path.join(folder, 'bad.png');
  await writeFile(bad, 'no picture');
  await expect(collage([bad])).rejects.toThrow(InputError);
  await expect(collage([bad])).rejects.toThrow(/bad\.png holds no picture known here/);
  await expect(collage([path.join(folder, 'none.png')])).rejects.toThrow(/none\.png does not exist/);
  await expect(collage([])).rejects.toThrow(/no pictures/);
  await expect(collage([file], { columns: 0 })).rejects.toThrow(/columns is 0/);
});
