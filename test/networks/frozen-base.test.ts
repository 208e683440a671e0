import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { oneDnn } from '../../lib/compute/one-dnn';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { freeLayer } from '../../lib/networks/free-layer';
import { freeze, loadFrozenBase } from '../../lib/networks/freeze';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { fillWeights, writeLayersModel } from '../transfer/tiny-backbone';
import { oddNetwork } from './inference/odd-network';

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
