import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { loadPicture } from '../../lib/dataset/load-picture';
import { readPixels } from '../../lib/dataset/read-pixels';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split } from '../../lib/dataset/xray';
import type { BackboneOptions } from '../../lib/networks/backbone-options';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { evaluate } from '../../lib/transfer/evaluate';
import type { FeatureSettings } from '../../lib/transfer/feature-settings';
import { fineTune } from '../../lib/transfer/fine-tune';
import { loadModel } from '../../lib/transfer/load-model';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { refitNorm } from '../../lib/transfer/refit-norm';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import type { TransferOptions } from '../../lib/transfer/transfer-options';
import { writeClassFolders } from './class-folders';
import { tinyCut, tinySize, writeTinyBackbone } from './tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-refit-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const settings: FeatureSettings = { preprocessing: 'own', resize: 'antialiased', pooling: 'grid' };
let tf: TensorFlow;
let split: Split;
let base: BackboneOptions;
let options: TransferOptions;
let tensors = 0;

beforeAll(async () => {
  tf = await tensorflow();
  vi.stubEnv('XRAY_CACHE', at('cache'));
  vi.stubEnv('XRAY_WEIGHTS', '');
  base = { name: await writeTinyBackbone(at('tiny')), cut: tinyCut };
  split = splitDataset(await loadDataset(await writeClassFolders(at('data'), ['covid', 'normal'], 30)), {
    validation: 0.2,
    test: 0.2,
    seed: 1,
  });
  options = { backbone: base.name, cut: tinyCut, refitNorm: true, epochs: 5 };
  tensors = tf.memory().numTensors;
});
afterEach(async () => {
  await releaseBackbone();
  expect(tf.memory().numTensors).toBe(tensors);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const refused = async (work: Promise<unknown>, says: RegExp) => {
  await expect(work).rejects.toThrow(InputError);
  await expect(work).rejects.toThrow(says);
};

describe('refitNorm', () => {
  test('takes the moments of the pictures themselves, whatever their order', async () => {
    const pictures = split.train.slice(0, 16);
    const file = await refitNorm(base, pictures, settings);
    const bytes = readFileSync(file);
    expect(await refitNorm(base, [...pictures].reverse(), settings)).toBe(file);
    // One batch: the moments of block2_conv's output, computed here from the layers before it.
    const { model } = await loadBackbone(base);
    const pixels = await Promise.all(pictures.map((xray) => loadPicture(xray.path, tinySize, 'antialiased')));
    const { mean, variance } = tf.tidy(() => {
      const batch = tf.stack(
        pixels.map(({ data }) => tf.tensor3d(Float32Array.from(data), [tinySize, tinySize, 3])),
      );
      const map = ['block1_conv', 'block1_relu', 'block2_conv'].reduce(
        (x, name) => model.getLayer(name).apply(x) as typeof batch,
        batch.div(127.5).sub(1),
      );
      const moments = tf.moments(map, [0, 1, 2]);
      return { mean: moments.mean.dataSync(), variance: moments.variance.dataSync() };
    });
    model.dispose();
    const found = new Float32Array(Uint8Array.from(bytes).buffer);
    expect(found.length).toBe(16);
    [...mean, ...variance].forEach((value, i) => {
      expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    });
  });

  test('is another for other pictures, another preprocessing or other weights; the hash of the base says so', async () => {
    const pictures = split.train.slice(0, 5);
    const files = [
      await refitNorm(base, pictures, settings),
      await refitNorm(base, pictures.slice(1), settings),
      await refitNorm(base, pictures, { ...settings, preprocessing: 'scale' }),
      await refitNorm({ ...base, name: await writeTinyBackbone(at('tiny 2'), 2) }, pictures, settings),
    ];
    expect(new Set(files).size).toBe(4);
    const hashes = new Set<string>();
    for (const norm of [undefined, ...files.slice(0, 3)]) {
      const { model, weightsHash } = await loadBackbone({ ...base, norm });
      model.dispose();
      hashes.add(weightsHash);
    }
    expect(hashes.size).toBe(4);
  });

  test('is refused where there is no batch norm', async () => {
    const bare = { ...base, cut: 'block1_relu' };
    await refused(refitNorm(bare, split.train, settings), /refitNorm: tiny has no batch normalisation/);
    await refused(
      transferLearn(split, { backbone: 'vgg16', weights: 'random', refitNorm: true }),
      /refitNorm: VGG16 has no batch normalisation/,
    );
  });

  test('stops when it is told to', async () => {
    const reason = new Error('enough');
    const work = refitNorm(base, split.test, settings, { signal: AbortSignal.abort(reason) });
    await expect(work).rejects.toBe(reason);
  });
});

describe('a model on a refitted base', () => {
  const folder = at('model');
  let model: TransferModel;
  const files = () => split.test.map((xray) => xray.path);
  const probabilitiesOf = async (some: TransferModel) =>
    (await some.predict(files())).map(({ probabilities }) => probabilities);

  beforeAll(async () => {
    model = await transferLearn(split, options);
    await model.save(folder, await evaluate(model, split.test));
  });

  test('has features of its own, in training and after it', async () => {
    const plain = await transferLearn(split, { ...options, refitNorm: false });
    expect(model.parameters.refitNorm).toBe(true);
    expect(model.backbone.weightsHash).not.toBe(plain.backbone.weightsHash);
    expect(await probabilitiesOf(model)).not.toEqual(await probabilitiesOf(plain));
    const inUse = await model.withBackbone(async ({ weightsHash }) => weightsHash);
    expect(inUse).toBe(model.backbone.weightsHash);
  });

  test('is saved with its statistics, and loads bit-equal without the cache', async () => {
    expect(readdirSync(folder).sort()).toEqual([
      'README.md',
      'manifest.json',
      'model.json',
      'norm.bin',
      'run.json',
      'weights.bin',
    ]);
    const expected = await probabilitiesOf(model);
    const pixels = await readPixels(files()[0]!);
    const [ofPixels] = await model.predict([pixels]);
    await releaseBackbone();
    vi.stubEnv('XRAY_CACHE', at('another cache'));
    const loaded = await loadModel(folder);
    expect(await probabilitiesOf(loaded)).toEqual(expected);
    expect(await loaded.predict([pixels])).toEqual([ofPixels]);
    await loaded.save(at('again'));
    expect(readFileSync(at('again', 'norm.bin')).equals(readFileSync(path.join(folder, 'norm.bin')))).toBe(
      true,
    );
    vi.stubEnv('XRAY_CACHE', at('cache'));
  });

  test('with changed statistics is refused', async () => {
    const loaded = await loadModel(folder);
    await loaded.save(at('changed'));
    truncateSync(at('changed', 'norm.bin'), 60);
    await refused(loadModel(at('changed')), /norm\.bin has 60 bytes; the manifest says 64/);
    rmSync(at('changed', 'norm.bin'));
    await refused(loadModel(at('changed')), /norm\.bin is missing/);
  });

  test('can be fine-tuned: it starts where it was, and is then a whole network', async () => {
    // Fine-tuning would choose a temperature of its own, and start from the head before it saw the validation part.
    const frozen = await transferLearn(split, { ...options, calibrate: false, refit: false });
    const tuned = await fineTune(frozen, split, { epochs: 1, learningRate: 1e-12 });
    const [before, after] = [await probabilitiesOf(frozen), await probabilitiesOf(tuned)];
    before.forEach((row, i) => {
      for (const [name, p] of Object.entries(row)) expect(after[i]![name]).toBeCloseTo(p, 4);
    });
    await tuned.save(at('tuned'));
    expect(existsSync(at('tuned', 'norm.bin'))).toBe(false);
    expect(await probabilitiesOf(await loadModel(at('tuned')))).toEqual(after);
  });
});
