import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { oneDnn } from '../../lib/compute/one-dnn';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { freeLayer } from '../../lib/networks/free-layer';
import { freeze, loadFrozenBase } from '../../lib/networks/freeze';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { setRandomWeights } from '../../lib/networks/random-weights';
import { fillWeights, writeLayersModel } from '../transfer/tiny-backbone';
import { oddNetwork } from './inference/odd-network';

vi.mock('../../lib/networks/random-weights', { spy: true });

const folder = mkdtempSync(path.join(tmpdir(), 'xray-frozen-'));
const options = { name: folder, cut: 'end_conv' };
let tf: TensorFlow;
let batch: Tensor4D;
let tensors: number;
beforeAll(async () => {
  tf = await tensorflow();
  oneDnn(tf);
  const model = oddNetwork(tf);
  await fillWeights(model, 2);
  await writeLayersModel(model, folder);
  model.layers.forEach(freeLayer);
  batch = tf.randomUniform([2, 16, 16, 3], -1, 1, 'float32', 4) as Tensor4D;
});
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));
afterAll(() => {
  batch?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test('of an odd network on disk computes the same; what it does not need of the network is freed', async () => {
  const backbone = await loadBackbone(options);
  const { model, ...description } = backbone;
  const expected = model.predict(batch) as Tensor4D;
  const base = freeze(tf, backbone, options);
  const numbersOf = (name: string) => model.getLayer(name).getWeights();
  expect(() => numbersOf('stem_conv')).toThrow('already disposed');
  expect(() => numbersOf('stem_norm')).toThrow('already disposed');
  // It is called.
  expect(numbersOf('late_norm')).toHaveLength(4);
  expect(base).toMatchObject({ ...description, options });
  const found = base.infer(batch) as Tensor4D;
  const off = tf.tidy(() => found.sub(expected).abs().max().div(expected.abs().max()).dataSync()[0]);
  expect(off).toBeLessThan(1e-5);
  tf.dispose([found, expected]);
  base.dispose();
});

test('takes the weights that the network has when it is frozen', async () => {
  const backbone = await loadBackbone(options);
  const layer = backbone.model.getLayer('stem_norm');
  tf.tidy(() => layer.setWeights(layer.getWeights().map((weight) => weight.mul(2))));
  const expected = backbone.model.predict(batch) as Tensor4D;
  const unchanged = await loadFrozenBase(options);
  const changed = freeze(tf, backbone, options);
  const offs = [changed, unchanged].map((base) =>
    tf.tidy(
      () =>
        (base.infer(batch) as Tensor4D).sub(expected).abs().max().div(expected.abs().max()).dataSync()[0]!,
    ),
  );
  expect(offs[0]).toBeLessThan(1e-5);
  expect(offs[1]).toBeGreaterThan(1e-2);
  expected.dispose();
  changed.dispose();
  unchanged.dispose();
});

test('is not loaded where the backbone is not', async () => {
  await expect(loadFrozenBase({ name: folder, cut: 'nowhere' })).rejects.toThrow(/has no layer "nowhere"/);
});

test('draws random weights when it first computes, once, and then computes what the network of layers does', async () => {
  const random = { name: 'mobilenet', cut: 'conv_pw_1_relu', weights: 'random', seed: 3 } as const;
  const base = await loadFrozenBase(random);
  expect(setRandomWeights).not.toHaveBeenCalled();
  const pictures = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 4) as Tensor4D;
  const found = [base.infer(pictures), base.infer(pictures)] as Tensor4D[];
  expect(setRandomWeights).toHaveBeenCalledOnce();
  const { model, ...description } = await loadBackbone(random);
  expect(base).toMatchObject(description);
  const expected = model.predict(pictures) as Tensor4D;
  for (const map of found)
    expect(tf.tidy(() => map.sub(expected).abs().max().div(expected.abs().max()).dataSync()[0])).toBeLessThan(
      1e-5,
    );
  tf.dispose([pictures, expected, ...found]);
  base.dispose();
  model.dispose();
});

test('frees what was never computed with', async () => {
  const base = await loadFrozenBase({ name: 'mobilenet', cut: 'conv_pw_1_relu', weights: 'random' });
  base.dispose();
});
