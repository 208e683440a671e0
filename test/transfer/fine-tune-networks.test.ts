import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { cutAt, layersUpTo } from '../../lib/networks/cut';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { backboneNames } from '../../lib/networks/names';
import { setRandomWeights } from '../../lib/networks/random-weights';
import { networks } from '../../lib/networks/table';
import { halve } from '../../lib/transfer/halve';
import { tinyCut, writeTinyBackbone } from './tiny-backbone';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await tensorflow();
});

/** Whether the two halves, one after the other, compute what the whole does. */
function expectSame(model: LayersModel, from: string, side: number): string[] {
  const { frozen, tail } = halve(tf, model, from);
  const input = tf.randomUniform([2, side, side, 3], -1, 1, 'float32', 1);
  const [whole, halves] = tf.tidy(() => [
    (model.predict(input) as Tensor).dataSync(),
    (tail.apply(frozen.predict(input) as Tensor, { training: false }) as Tensor).dataSync(),
  ]);
  input.dispose();
  expect(halves.length).toBe(whole!.length);
  const scale = Math.max(...whole!.map(Math.abs));
  expect(scale).toBeGreaterThan(0);
  whole!.forEach((value, i) => {
    if (Math.abs(value - halves[i]!) > 1e-5 * scale) expect(halves[i]).toBe(value);
  });
  const names = tail.layers.filter((layer) => layer.weights.length).map(({ name }) => name);
  tail.dispose();
  return names;
}

describe.each(backboneNames.filter((name) => networks[name].weights.kind !== 'none'))('%s', (name) => {
  test('is cut before its last block; both halves one after the other are the whole', () => {
    const before = tf.memory().numTensors;
    const row = networks[name];
    // Small pictures: what is cut is the graph.
    const network = row.build(tf, 64);
    setRandomWeights(tf, network, layersUpTo(network, row.cut), 1, row.preprocessing);
    const model = cutAt(tf, network, row.cut);
    const trained = expectSame(model, row.fineTuneFrom, 64);
    const order = model.layers.map((layer) => layer.name);
    const start = order.indexOf(row.fineTuneFrom);
    expect(trained.length).toBeGreaterThan(1);
    for (const layer of trained) expect(order.indexOf(layer)).toBeGreaterThanOrEqual(start);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a network on disk', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-halve-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('with a residual connection in its last block', async () => {
    const { model, fineTuneFrom } = await loadBackbone({
      name: await writeTinyBackbone(folder),
      cut: tinyCut,
    });
    expect(expectSame(model, fineTuneFrom, 24)).toEqual(
      expect.arrayContaining(['block2_conv', 'block2_bn', 'block2_shortcut']),
    );
    // Cut inside the block, two tensors cross.
    expect(() => halve(tf, model, 'block2_bn')).toThrow(/cannot be cut before block2_bn/);
    model.dispose();
  });
});
