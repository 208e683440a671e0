import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { tensorflow } from '../../../lib/compute/tensorflow';
import { projectFolder } from '../../../lib/core/settings';
import { convolve } from '../../../lib/dataset/convolve';
import { drawAll } from '../../../lib/plots/diagrams/draw-all';
import { drawBaseAndHead } from '../../../lib/plots/diagrams/draw-base-and-head';
import { drawConvolution } from '../../../lib/plots/diagrams/draw-convolution';
import type { TunableNetwork } from '../../../lib/plots/diagrams/draw-transfer';
import { headSize } from '../../../lib/plots/diagrams/head';
import { formatCount, stagesOf } from '../../../lib/plots/diagrams/stages';
import { describedNetworks } from './described-networks';

let networks: [TunableNetwork, ...TunableNetwork[]];
let drawn: Record<string, string>;
beforeAll(async () => {
  networks = await describedNetworks();
  drawn = drawAll(networks);
});

/** Opening and closing tags that do not match. */
function unbalanced(svg: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const parser = new Parser(
    {
      onopentagname: (name) => open.push(name),
      onclosetag: (name, implied) => {
        if (open.pop() !== name || (implied && !svg.includes(`<${name}`))) faults.push(name);
      },
    },
    { xmlMode: true },
  );
  parser.end(svg);
  return [...faults, ...open];
}

test('a convolution computes what TensorFlow computes', async () => {
  const tf = await tensorflow();
  const value = fc.integer({ min: -9, max: 9 });
  const grid = (h: number, w: number) =>
    fc.array(fc.array(value, { minLength: w, maxLength: w }), { minLength: h, maxLength: h });
  await fc.assert(
    fc.asyncProperty(grid(6, 8), grid(3, 3), async (picture, kernel) => {
      const expected = tf.tidy(() =>
        tf
          .conv2d(
            tf.tensor(picture.flat(), [6, 8, 1]) as import('@tensorflow/tfjs').Tensor3D,
            tf.tensor(kernel.flat(), [3, 3, 1, 1]) as import('@tensorflow/tfjs').Tensor4D,
            1,
            'valid',
          )
          .squeeze([2]),
      );
      const numbers = (await expected.array()) as number[][];
      expected.dispose();
      expect(convolve(picture, kernel)).toEqual(numbers);
    }),
    { numRuns: 20 },
  );
});

test('the result that is shown is the one that the shown products add up to', () => {
  const picture = [
    [2, 3, 4],
    [5, 6, 7],
    [8, 9, 1],
  ];
  const kernel = [
    [0, -1, 0],
    [-1, 4, -1],
    [0, -1, 0],
  ];
  const svg = drawConvolution({ picture, kernel, at: [0, 0] });
  expect(svg).toContain('3·(−1) + 5·(−1) + 6·4 + 7·(−1) + 9·(−1) = 0');
});

test('stages and counts are those of the papers', () => {
  const [vgg16, , resnet50] = networks;
  expect(stagesOf(vgg16)).toEqual([
    { size: 224, channels: 64, convolutions: 2 },
    { size: 112, channels: 128, convolutions: 2 },
    { size: 56, channels: 256, convolutions: 3 },
    { size: 28, channels: 512, convolutions: 3 },
    { size: 14, channels: 512, convolutions: 3 },
    { size: 7, channels: 512, convolutions: 0 },
  ]);
  const stages = stagesOf(resnet50!);
  expect(stages.map(({ channels }) => channels)).toEqual([64, 256, 512, 1024, 2048]);
  expect(stages.reduce((sum, { convolutions }) => sum + convolutions, 0)).toBe(53);
  // Keras' summary of the article's head on VGG16: 512·64 + 64 and 64·2 + 2.
  expect(headSize(vgg16, {})).toEqual({ inputs: 512, parameters: 32_962 });
  expect([formatCount(14_714_688), formatCount(32_962)]).toEqual(['14.7 million', '32,962']);
});

describe('every diagram', () => {
  test('is what is committed; npm run build && node scripts/draw-diagrams.mjs draws them anew', async () => {
    for (const [name, svg] of Object.entries(drawn)) {
      expect(svg, name).toBe(await readFile(path.join(projectFolder, 'notebook_images', name), 'utf8'));
    }
  });

  test('is a whole SVG, described in words, that refers to nothing outside', async () => {
    expect(Object.keys(drawn)).toHaveLength(4);
    for (const [name, svg] of Object.entries(drawn)) {
      expect(unbalanced(svg), name).toEqual([]);
      expect(svg, name).not.toMatch(/NaN|undefined|Infinity/);
      expect(svg.replace('http://www.w3.org/2000/svg', ''), name).not.toMatch(
        /https?:|url\(|href|<script|@import/,
      );
      expect(/<desc[^>]*>([^<]*)</.exec(svg)?.[1]?.length, name).toBeGreaterThan(100);
      const { width } = await sharp(Buffer.from(svg)).metadata();
      expect(width).toBe(760);
    }
  });

  test('keeps its pieces on its card', () => {
    for (const [name, svg] of Object.entries(drawn)) {
      for (const [, x, width] of svg.matchAll(/<rect x="([\d.-]+)" y="[\d.-]+" width="([\d.-]+)"/g)) {
        expect(Number(x), name).toBeGreaterThanOrEqual(-6.5);
        expect(Number(x) + Number(width), name).toBeLessThanOrEqual(760);
      }
    }
  });

  test('shows names as text, whatever they are', () => {
    const svg = drawBaseAndHead(
      { ...networks[0], title: '<script>alert("&")</script>' },
      { classes: ['<b>', '"&'] },
    );
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;b&gt;');
  });
});
