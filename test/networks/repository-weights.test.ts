import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { projectFolder } from '../../lib/core/settings';
import { fetchWeights } from '../../lib/networks/fetch-weights';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { preprocess } from '../../lib/networks/preprocess';
import { type Network, networks } from '../../lib/networks/table';
import { weightsAtHand } from '../../lib/networks/weights-at-hand';
import { AbsentWeightsError, findWeights } from '../../lib/networks/weights-file';
import { twoPictures } from './pictures';

const cache = mkdtempSync(path.join(tmpdir(), 'xray-repository-'));
const folder = path.join(projectFolder, 'lib', 'networks', 'pretrained', 'fractal');
const { fractal } = networks;
/** The row with something else about its weights. */
const changed = (weights: { folder?: string; sha256?: Record<string, string> }): Network => ({
  ...fractal,
  weights: { ...fractal.weights, ...weights },
});

beforeAll(() => {
  vi.stubEnv('XRAY_CACHE', cache);
  vi.stubEnv('XRAY_WEIGHTS', '');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

describe('the weights of fractal', () => {
  test('come with the project, are small, and have a record that is theirs', async () => {
    expect(await findWeights(fractal)).toBe(path.join(folder, 'model.json'));
    expect(await fetchWeights('fractal')).toBe(path.join(folder, 'model.json'));
    expect(readdirSync(folder).sort()).toEqual(['model.json', 'training.json', 'weights.bin']);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
    expect(bytes).toBeLessThan(3.2e6);
    const record = JSON.parse(readFileSync(path.join(folder, 'training.json'), 'utf8'));
    expect(record.weights.sha256).toBe(fractal.weights.sha256['weights.bin']);
    expect(record.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(record.curve.at(-1)).toMatchObject({ pictures: record.pictures, top1: record.top1 });
    // Of 200 classes, by chance: 0.005.
    expect(record.top1).toBeGreaterThan(0.7);
  });

  test('are the default, and what is at hand', async () => {
    const tf = await tensorflow();
    const { model, ...backbone } = await loadBackbone({ name: 'fractal' });
    expect(backbone).toMatchObject({
      weights: 'fractals',
      preprocessing: 'standardize',
      featureShape: [14, 14, 256],
      unusedLayers: [],
    });
    const values = await twoPictures();
    const [power, alike] = tf.tidy(() => {
      const pictures = tf.tensor4d(values, [2, 224, 224, 3]);
      const map = model.predict(preprocess(tf, pictures, 'standardize')) as Tensor;
      const [first, second] = tf.unstack(map);
      return [tf.mean(tf.square(map)), tf.mean(tf.square(tf.sub(first!, second!)))].map(
        (t) => t.dataSync()[0]!,
      );
    });
    expect(power).toBeGreaterThan(0.05);
    expect(power).toBeLessThan(20);
    expect(alike).toBeGreaterThan(0.05);
    model.dispose();
    expect(await weightsAtHand('fractal')).toMatchObject({
      weights: 'fractals',
      reason: expect.stringMatching(/^Fractal runs with weights pretrained on fractals/),
    });
  });

  test('with other bytes are refused, with both checksums', async () => {
    const wrong = '0'.repeat(64);
    const finding = findWeights(changed({ sha256: { 'weights.bin': wrong } }));
    await expect(finding).rejects.toThrow(InputError);
    await expect(finding).rejects.toThrow(
      `its SHA-256 is ${fractal.weights.sha256['weights.bin']}, not ${wrong}`,
    );
    await expect(finding).rejects.toThrow(path.join(folder, 'weights.bin'));
  });

  test('that are not there are said to be absent', async () => {
    const finding = findWeights(changed({ folder: 'nothing' }));
    await expect(finding).rejects.toThrow(AbsentWeightsError);
    await expect(finding).rejects.toThrow(/nothing.model\.json/);
  });

  test('are taken from no file of the user', async () => {
    const fetching = fetchWeights('fractal', { from: folder });
    await expect(fetching).rejects.toThrow(InputError);
    await expect(fetching).rejects.toThrow('come with the project');
  });
});
