import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { sha256 } from '../../lib/core/files';
import { loadPicture } from '../../lib/dataset/load-picture';
import type { Split } from '../../lib/dataset/xray';
import { preprocess } from '../../lib/networks/preprocess';
import type { ExportDescription } from '../../lib/transfer/export-description';
import { exportModel } from '../../lib/transfer/export-model';
import { fineTune } from '../../lib/transfer/fine-tune';
import { loadModel } from '../../lib/transfer/load-model';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { readExport } from '../../lib/transfer/read-export';
import { readFigures } from '../../lib/transfer/read-figures';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { savedPhantomModel } from '../demo/phantom-model';
import { smallModel } from '../explain/small-model';

const root = mkdtempSync(path.join(tmpdir(), 'xray-export-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const nothing = { evaluation: null, audit: null };
let fractal: TransferModel;
let split: Split;
let folder: string;
let exported: ExportDescription;

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', at('cache'));
  const saved = await savedPhantomModel(root);
  ({ split, folder } = saved);
  fractal = await loadModel(folder);
  exported = await exportModel(fractal, at('fractal'), await readFigures(folder));
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** Probabilities by TensorFlow.js alone, from what lies in the folder. */
async function probabilitiesOf(at: string, files: readonly string[]): Promise<number[][]> {
  const tf = await tensorflow();
  const { inputSize, resize, preprocessing } = await readExport(at);
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(path.join(at, 'model.json'), 'utf8'));
  const [{ paths, weights }] = weightsManifest;
  const weightData = Uint8Array.from(
    Buffer.concat(paths.map((name: string) => readFileSync(path.join(at, name)))),
  ).buffer;
  const network = await tf.loadLayersModel({
    load: async () => ({ modelTopology, weightSpecs: weights, weightData }),
  });
  const pictures = await Promise.all(files.map((file) => loadPicture(file, inputSize, resize)));
  const found = tf.tidy(() => {
    const shape: [number, number, number, number] = [pictures.length, inputSize, inputSize, 3];
    const batch = tf.tensor4d(Float32Array.from(pictures.flatMap(({ data }) => [...data])), shape);
    return (network.predict(preprocess(tf, batch as Tensor4D, preprocessing)) as Tensor).arraySync();
  });
  network.dispose();
  return found as number[][];
}

const farthest = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number =>
  Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));

/** The same of the model itself. */
const expectedOf = async (model: TransferModel, files: readonly string[]): Promise<number[][]> =>
  (await model.predict(files)).map(({ probabilities }) => model.classes.map((name) => probabilities[name]!));

describe('a whole network', () => {
  test('predicts what the model predicts', async () => {
    const files = split.test.slice(0, 4).map((xray) => xray.path);
    expect(fractal.parameters.calibrate).toBe(true);
    const expected = await expectedOf(fractal, files);
    // The pictures are told apart, else anything would agree.
    expect(farthest(expected, [...expected].reverse())).toBeGreaterThan(0.01);
    expect(farthest(await probabilitiesOf(at('fractal'), files), expected)).toBeLessThan(1e-5);
  });

  test('with a hidden layer, on a layers-model of one’s own, and fine-tuned', async () => {
    const { model, split: stripes } = await smallModel(at('small'));
    const files = stripes.test.slice(0, 4).map((xray) => xray.path);
    const tuned = await fineTune(model, stripes, { epochs: 1 });
    for (const [name, each] of [
      ['hidden', model],
      ['tuned', tuned],
    ] as const) {
      await exportModel(each, at(name), nothing);
      expect(farthest(await probabilitiesOf(at(name), files), await expectedOf(each, files))).toBeLessThan(
        1e-5,
      );
    }
    // Neither where the base lay nor where its weights lay is told.
    const { backbone } = await readExport(at('hidden'));
    expect(JSON.stringify(backbone)).not.toContain(root);
  });

  test('with random weights, which it says, in shards of 4 MB', async () => {
    const few = { ...split, train: split.train.slice(0, 6), validation: split.validation.slice(0, 3) };
    const model = await transferLearn(few, {
      backbone: 'mobilenet',
      weights: 'random',
      preset: 'article',
      augment: 0,
      epochs: 2,
    });
    const { randomWeights, cautions, files } = await exportModel(model, at('mobilenet'), nothing);
    expect(randomWeights).toBe(true);
    expect(cautions.map(({ mark }) => mark)).toContain('Random weights');
    const shards = Object.entries(files).filter(([name]) => name.startsWith('group1-'));
    expect(shards.length).toBeGreaterThan(1);
    expect(shards.slice(0, -1).every(([, { bytes }]) => bytes === 4 * 1024 * 1024)).toBe(true);
    const pictures = split.test.slice(0, 2).map((xray) => xray.path);
    expect(
      farthest(await probabilitiesOf(at('mobilenet'), pictures), await expectedOf(model, pictures)),
    ).toBeLessThan(1e-5);
  });
});

describe('what it says of itself', () => {
  test('classes, preprocessing, figures, limits, and the hash of every file', () => {
    expect(exported).toMatchObject({
      classes: fractal.classes,
      inputSize: 224,
      preprocessing: 'standardize',
      resize: 'antialiased',
      pooling: 'grid',
      featureShape: [14, 14, 256],
      calibrated: true,
      synthetic: true,
      randomWeights: false,
      pictures: {
        train: fractal.seen.train.length,
        validation: fractal.seen.validation.length,
        test: fractal.seen.test.length,
      },
      grouping: 'patient',
    });
    const { accuracy } = exported.evaluation!;
    expect(accuracy.low).toBeLessThanOrEqual(accuracy.value);
    expect(exported.cautions.map(({ mark }) => mark)).toEqual(['Synthetic data']);
    expect(exported.limits.join(' ')).toContain('never for diagnosis');
    expect(readdirSync(at('fractal')).sort()).toEqual(
      [...Object.keys(exported.files), 'xray-transfer.json'].sort(),
    );
    for (const [name, { bytes, sha256: hash }] of Object.entries(exported.files)) {
      const content = readFileSync(at('fractal', name));
      expect([content.length, sha256(content)]).toEqual([bytes, hash]);
    }
  });

  test('is read again; a file that was changed, or is gone, is named', async () => {
    expect(await readExport(at('fractal'))).toEqual(JSON.parse(JSON.stringify(exported)));
    await exportModel(fractal, at('changed'), nothing);
    const file = at('changed', 'group1-shard1of1.bin');
    const bytes = readFileSync(file);
    writeFileSync(
      file,
      bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
    );
    await expect(readExport(at('changed'))).rejects.toThrow(/group1-shard1of1\.bin was changed/);
    rmSync(file);
    await expect(readExport(at('changed'))).rejects.toThrow(/group1-shard1of1\.bin is missing/);
    await expect(readExport(folder)).rejects.toThrow(/xray-transfer\.json cannot be read/);
    writeFileSync(at('changed', 'xray-transfer.json'), '{"exportVersion": 99}');
    await expect(readExport(at('changed'))).rejects.toThrow(/not what this version writes/);
  });
});

describe('where it is written', () => {
  test('a former export is replaced; anything else stays and is named', async () => {
    await exportModel(fractal, at('fractal'), await readFigures(folder));
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    mkdirSync(at('own'));
    writeFileSync(at('own', 'notes.txt'), 'mine');
    await expect(exportModel(fractal, at('own'), nothing)).rejects.toThrow(/holds notes\.txt/);
    expect(readdirSync(at('own'))).toEqual(['notes.txt']);
    // A model.json of somebody else's is no export.
    await expect(exportModel(fractal, at('small', 'tiny'), nothing)).rejects.toThrow(
      /holds model\.json|holds/,
    );
    expect(existsSync(at('small', 'tiny', 'weights.bin'))).toBe(true);
    await expect(exportModel(fractal, at('own', 'notes.txt'), nothing)).rejects.toThrow(/no folder/);
  });
});
