import { execFileSync } from 'node:child_process';
import type { Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { fetchWeights } from '../../lib/networks/fetch-weights';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { preprocess } from '../../lib/networks/preprocess';
import { weightsAtHand } from '../../lib/networks/weights-at-hand';
import { pythonWith } from './peers';
import { twoPictures } from './pictures';

const python = pythonWith('cv2', 'numpy');
if (!python)
  console.warn(
    '32×32 pixels are not set beside OpenCV: no Python with it (`node scripts/setup.mjs --peers`)',
  );

async function pixelsOf(pictures: Float32Array): Promise<Float32Array> {
  const tf = await tensorflow();
  const { model, preprocessing } = await loadBackbone({ name: 'pixels' });
  const output = tf.tidy(() => {
    const batch = tf.tensor4d(pictures, [pictures.length / (224 * 224 * 3), 224, 224, 3]);
    return model.predict(preprocess(tf, batch, preprocessing)) as Tensor4D;
  });
  expect(output.shape.slice(1)).toEqual([1, 1, 1024]);
  const values = (await output.data()) as Float32Array;
  output.dispose();
  model.dispose();
  return values;
}

describe('32×32 pixels', () => {
  test('are the averages of 7×7 pixels and three colours, as shares of white', async () => {
    const tf = await tensorflow();
    const before = tf.memory().numTensors;
    const pictures = await twoPictures();
    const values = await pixelsOf(pictures);
    expect(tf.memory().numTensors).toBe(before);
    for (const [picture, row, column] of [
      [0, 0, 0],
      [0, 31, 5],
      [1, 13, 31],
      [1, 20, 0],
    ] as const) {
      let sum = 0;
      for (let y = 7 * row; y < 7 * row + 7; y++)
        for (let x = 7 * column; x < 7 * column + 7; x++)
          for (let c = 0; c < 3; c++) sum += pictures[((picture * 224 + y) * 224 + x) * 3 + c]!;
      expect(values[(picture * 32 + row) * 32 + column]).toBeCloseTo(sum / 147 / 255, 5);
    }
  });

  test.skipIf(!python)("are OpenCV's small picture by area, grey by the mean of the colours", async () => {
    const pictures = await twoPictures();
    const values = await pixelsOf(pictures);
    const script =
      'import cv2, numpy as np, sys\n' +
      'p = np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(-1, 224, 224, 3)\n' +
      'small = [cv2.resize(x, (32, 32), interpolation=cv2.INTER_AREA).mean(-1) / 255 for x in p]\n' +
      'sys.stdout.buffer.write(np.asarray(small, "<f4").tobytes())';
    const bytes = execFileSync(python!, ['-c', script], { input: Buffer.from(pictures.buffer) });
    const theirs = new Float32Array(new Uint8Array(bytes).buffer);
    expect(theirs.length).toBe(2 * 1024);
    theirs.forEach((value, i) => {
      expect(Math.abs(value - values[i]!)).toBeLessThan(1e-5);
    });
  });

  test('are the same whatever the seed, and have no weights', async () => {
    const one = await loadBackbone({ name: 'pixels', seed: 1 });
    const other = await loadBackbone({ name: 'pixels', seed: 2, weights: 'none' });
    expect(other.weightsHash).toBe(one.weightsHash);
    expect([one.weights, one.model.weights.length]).toEqual(['none', 0]);
    one.model.dispose();
    other.model.dispose();
    expect(await weightsAtHand('pixels')).toEqual({
      weights: 'none',
      reason: '32×32 pixels needs no weights: it is no network.',
    });
    for (const weights of ['random', 'imagenet', '/nowhere.h5'])
      await expect(loadBackbone({ name: 'pixels', weights })).rejects.toThrow(
        `weights is "${weights}"; 32×32 pixels has no weights: leave weights out`,
      );
    await expect(fetchWeights('pixels')).rejects.toBeInstanceOf(InputError);
    await expect(loadBackbone({ name: 'vgg16', weights: 'none' })).rejects.toThrow(
      /VGG16 was not pretrained on it/,
    );
  });
});
