import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { kernelPictures, kernelPixels } from '../../lib/explain/kernel-pictures';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { tinyCut, writeLayersModel, writeTinyBackbone } from '../transfer/tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-kernels-'));
let tiny: string;
beforeAll(async () => {
  tiny = await writeTinyBackbone(path.join(root, 'tiny'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const colour = (
  { picture }: { picture: { width: number; data: Uint8Array } },
  x: number,
  y: number,
): number[] => [...picture.data.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3)];

describe('kernelPixels', () => {
  test('a block for each weight, 0 grey, each kernel by its own largest weight', () => {
    // Two kernels of 2×2 weights and three channels, kernel running fastest.
    const weights = new Float32Array(2 * 2 * 3 * 2);
    const set = (kernel: number, y: number, x: number, channel: number, weight: number) => {
      weights[((y * 2 + x) * 3 + channel) * 2 + kernel] = weight;
    };
    set(0, 0, 1, 0, 4);
    set(0, 1, 0, 2, -2);
    set(1, 1, 1, 1, -0.5);
    const [first, second] = kernelPixels(weights, 2, 2, 3).map((picture) => ({ picture }));
    expect([first!.picture.width, first!.picture.height, first!.picture.data.length]).toEqual([6, 6, 108]);
    expect(colour(first!, 0, 0)).toEqual([128, 128, 128]);
    for (const [x, y] of [
      [3, 0],
      [5, 2],
    ] as const)
      expect(colour(first!, x, y)).toEqual([255, 128, 128]);
    expect(colour(first!, 2, 3)).toEqual([128, 128, 64]);
    expect(colour(second!, 5, 5)).toEqual([128, 0, 128]);
  });

  test('a kernel of zeros is grey', () => {
    const [picture] = kernelPixels(new Float32Array(27), 3, 1, 1);
    expect(new Set(picture!.data)).toEqual(new Set([128]));
  });
});

describe('kernelPictures', () => {
  test("are the weights of the first convolution, as the network's own prediction uses them", async () => {
    const tf = await tensorflow();
    const before = tf.memory().numTensors;
    const pictures = await kernelPictures({ name: tiny, cut: tinyCut }, { size: 12 });
    expect(pictures.map(({ caption }) => caption)).toEqual(
      [1, 2, 3, 4, 5, 6].map((i) => `block1_conv · ${i}`),
    );
    const { model } = await loadBackbone({ name: tiny, cut: tinyCut });
    const kernel = model.getLayer('block1_conv').getWeights()[0]!.arraySync() as number[][][][];
    model.dispose();
    pictures.forEach((picture, k) => {
      expect(picture.picture.width).toBe(12);
      const largest = Math.max(...kernel.flat(2).map((weights) => Math.abs(weights[k]!)));
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 3; x++)
          colour(picture, 4 * x + 1, 4 * y + 2).forEach((level, channel) => {
            expect(Math.abs(level - (127.5 + (127.5 * kernel[y]![x]![channel]![k]!) / largest))).toBeLessThan(
              0.51,
            );
          });
    });
    expect(await kernelPictures({ name: tiny, cut: tinyCut }, { count: 2 })).toHaveLength(2);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('refused: a network without a convolution, wrong numbers', async () => {
    const tf = await tensorflow();
    const layer = tf.layers.averagePooling2d({ poolSize: 2, inputShape: [8, 8, 3], name: 'pool' });
    const flat = tf.sequential({ layers: [layer] });
    await writeLayersModel(flat, path.join(root, 'flat'));
    flat.dispose();
    const work = kernelPictures({ name: path.join(root, 'flat'), cut: 'pool' });
    await expect(work).rejects.toBeInstanceOf(InputError);
    await expect(work).rejects.toThrow(/flat has no first convolution/);
    await expect(kernelPictures({ name: tiny, cut: tinyCut }, { count: 0 })).rejects.toThrow('count is 0');
    await expect(kernelPictures({ name: tiny, cut: tinyCut }, { size: 0 })).rejects.toThrow('size is 0');
  });
});
