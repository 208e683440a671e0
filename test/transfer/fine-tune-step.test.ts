import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { loadDataset } from '../../lib/dataset/load-dataset';
import type { Split } from '../../lib/dataset/xray';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { backboneNames } from '../../lib/networks/names';
import { type Network, networks } from '../../lib/networks/table';
import { fineTune } from '../../lib/transfer/fine-tune';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { writeClassFolders } from './class-folders';

/** Pixels: the rows of the table with small pictures, so that a step takes no time. */
const side = vi.hoisted(() => 64);
vi.mock('../../lib/networks/table', async (original) => {
  const real = await original<typeof import('../../lib/networks/table.js')>();
  const rows: Record<string, Network> = real.networks;
  const small = Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, { ...row, inputSize: side }]),
  );
  return { ...real, networks: small, networkNamed: (name: string) => small[name] ?? real.networkNamed(name) };
});

const root = mkdtempSync(path.join(tmpdir(), 'xray-step-'));
let tf: TensorFlow;
let split: Split;
beforeAll(async () => {
  tf = await tensorflow();
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  const xrays = await loadDataset(await writeClassFolders(path.join(root, 'data'), ['covid', 'normal'], 3));
  // Validated on what it learns from: the step is then better than the start, and kept.
  split = {
    train: xrays,
    validation: xrays,
    test: [],
    classes: ['covid', 'normal'],
    seed: 1,
    grouping: 'image',
  };
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** The weights of a network by "layer number": trainable ones and others. */
function weightsOf(model: LayersModel): Map<string, Float32Array> {
  const weights = model.layers.flatMap((layer) =>
    layer
      .getWeights()
      .map((weight, i) => [`${layer.name} ${i}`, weight.dataSync<'float32'>().slice()] as const),
  );
  model.dispose();
  return new Map(weights);
}

describe.each(backboneNames.filter((name) => networks[name].weights.kind !== 'none'))('%s', (name) => {
  test('one step of fine-tuning changes every trainable weight of its last block, and no other', async () => {
    expect(networks[name].inputSize).toBe(side);
    const reference = { name, weights: 'random', seed: 42 };
    const frozen = await transferLearn(split, {
      ...{
        backbone: name,
        weights: 'random',
        preset: 'article' as const,
        preprocessing: 'own' as const,
        pooling: 'mean' as const,
      },
      ...{ augment: 0, dropout: 0, epochs: 1 },
    });
    await releaseBackbone();
    const tensors = tf.memory().numTensors;
    const tuned = await fineTune(frozen, split, { epochs: 1, learningRate: 1e-5 });
    await releaseBackbone();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tuned.history.bestEpoch).toBe(1);
    const before = await loadBackbone(reference);
    const layers = before.model.layers;
    const block = layers.slice(layers.findIndex((layer) => layer.name === networks[name].fineTuneFrom));
    const expected = block.flatMap((layer) => layer.trainableWeights.map((_, i) => `${layer.name} ${i}`));
    expect(expected.length).toBeGreaterThan(2);
    const after = await tuned.withBackbone(({ options }) => loadBackbone(options));
    const [old, found] = [weightsOf(before.model), weightsOf(after.model)];
    expect([...found.keys()]).toEqual([...old.keys()]);
    const changed = [...old].filter(([key, values]) =>
      values.some((value, i) => value !== found.get(key)![i]),
    );
    expect(changed.map(([key]) => key)).toEqual(expected);
  });
});
