import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import type { Split } from '../../lib/dataset/xray';
import { gradCam } from '../../lib/explain/grad-cam';
import { hitsAndMisses } from '../../lib/explain/hits-and-misses';
import { labelRandomization } from '../../lib/explain/label-randomization';
import { convolutionsFromTop, randomizeFrom } from '../../lib/explain/random-base';
import { comparison } from '../../lib/explain/randomization';
import { topLosses } from '../../lib/explain/top-losses';
import { weightRandomization } from '../../lib/explain/weight-randomization';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { fineTune } from '../../lib/transfer/fine-tune';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { tinySize } from '../transfer/tiny-backbone';
import { smallModel } from './small-model';

const root = mkdtempSync(path.join(tmpdir(), 'xray-sanity-'));
let tf: TensorFlow;
let model: TransferModel;
let split: Split;
beforeAll(async () => {
  tf = await tensorflow();
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  ({ model, split } = await smallModel(root));
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('a base drawn anew from a layer on', () => {
  const weightsOf = (network: {
    layers: { name: string; getWeights(): { dataSync(): ArrayLike<number> }[] }[];
  }) =>
    new Map(
      network.layers
        .filter((layer) => layer.getWeights().length)
        .map((layer) => [layer.name, layer.getWeights().map((weights) => Array.from(weights.dataSync()))]),
    );

  test('changes that layer and those after it, no others, and gives activations of a usual size', async () => {
    const { name, cut } = model.backbone;
    const backbone = await loadBackbone({ name, cut });
    const names = convolutionsFromTop(backbone.model);
    expect(names).toEqual(['block2_shortcut', 'block2_conv', 'block1_conv']);
    const trained = weightsOf(backbone.model);
    const before = tf.memory().numTensors;
    for (const from of names) {
      const copy = await loadBackbone({ name, cut });
      const input = tf.randomNormal([4, tinySize, tinySize, 3], 0, 1, 'float32', 1) as Tensor4D;
      randomizeFrom(tf, copy, from, 3, input);
      const at = backbone.model.layers.findIndex((layer) => layer.name === from);
      const below = new Set(backbone.model.layers.slice(0, at).map((layer) => layer.name));
      for (const [layer, weights] of weightsOf(copy.model))
        if (below.has(layer)) expect(weights).toEqual(trained.get(layer));
        else expect(weights).not.toEqual(trained.get(layer));
      const square = tf.tidy(() => (copy.model.predict(input) as Tensor4D).square().mean().dataSync())[0]!;
      // Two branches of second moment 1 add up, relu takes half.
      expect(square).toBeGreaterThan(0.1);
      expect(square).toBeLessThan(10);
      input.dispose();
      copy.model.dispose();
    }
    expect(weightsOf(backbone.model)).toEqual(trained);
    expect(tf.memory().numTensors).toBe(before);
    backbone.model.dispose();
  });

  test('of the whole network is that of random weights, but for the scale of the pictures', async () => {
    const random = await loadBackbone({ name: 'mobilenet', weights: 'random', seed: 5 });
    const other = await loadBackbone({ name: 'mobilenet', weights: 'random', seed: 6 });
    const size = random.inputSize;
    const input = tf.randomUniform([1, size, size, 3], -1, 1, 'float32', 2) as Tensor4D;
    randomizeFrom(tf, other, convolutionsFromTop(other.model).at(-1)!, 5, input);
    const outputs = [random, other].map(({ model: network }) =>
      Array.from(tf.tidy(() => (network.predict(input) as Tensor4D).dataSync())),
    );
    // The first layer's scale differs, and relu6 bends that a little.
    const [a, b] = outputs as [number[], number[]];
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.95);
    input.dispose();
    for (const { model: network } of [random, other]) network.dispose();
  });

  test('a layer that it knows no way to draw is named', async () => {
    const network = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 2, kernelSize: 3, name: 'first' }),
        tf.layers.prelu({ name: 'odd' }),
      ],
    });
    const input = tf.zeros([1, 8, 8, 3]) as Tensor4D;
    const draw = () => randomizeFrom(tf, { model: network as never, preprocessing: 'tf' }, 'first', 0, input);
    expect(draw).toThrow(InputError);
    expect(draw).toThrow(/Layer odd is of the kind PReLU/);
    input.dispose();
    network.dispose();
  });
});

describe('maps of a model that lost what it learnt', () => {
  test('lost nothing: the maps are the same', async () => {
    const step = await model.withBackbone(async (backbone) => {
      const compared = await comparison(model, backbone, split.test.slice(0, 4), { method: 'hirescam' });
      return compared.step('nothing', { backbone, head: model.head });
    });
    expect(step.spearman.value).toBeCloseTo(1, 9);
    expect(step.ssim.value).toBeCloseTo(1, 6);
    const own = await gradCam(model, split.test.slice(0, 4), { method: 'hirescam' });
    expect(step.explanations).toEqual(own);
  });

  test('lost weights: from the head down to the first convolution; the model itself is left as it is', async () => {
    const some = split.test.slice(0, 6);
    const own = await gradCam(model, some, { method: 'hirescam' });
    const told: number[] = [];
    const steps = await weightRandomization(model, some, {
      method: 'hirescam',
      onProgress: ({ done }) => told.push(done),
    });
    expect(steps.map(({ randomized }) => randomized)).toEqual([
      'head',
      'block2_shortcut',
      'block2_conv',
      'block1_conv',
    ]);
    expect(told).toEqual([1, 2, 3, 4]);
    for (const { spearman, ssim, explanations } of steps) {
      expect(spearman.value).toBeLessThan(0.9);
      expect(ssim.value).toBeLessThan(0.9);
      expect(spearman.low).toBeLessThanOrEqual(spearman.value);
      expect(explanations.map(({ label }) => label)).toEqual(own.map(({ label }) => label));
    }
    expect(await gradCam(model, some, { method: 'hirescam' })).toEqual(own);
    const two = await weightRandomization(model, some, { steps: 2 });
    expect(two.map(({ randomized }) => randomized)).toEqual(['head', 'block2_conv', 'block1_conv']);
    expect(await weightRandomization(model, some, { steps: 2 })).toEqual(two);
    expect(await weightRandomization(model, some, { steps: 2, seed: 1 })).not.toEqual(two);
  });

  test('lost labels: the head learns from shuffled ones', async () => {
    const some = split.test.slice(0, 6);
    const step = await labelRandomization(model, split, some, { method: 'hirescam' });
    expect(step.randomized).toBe('labels');
    expect(step.spearman.value).toBeLessThan(0.9);
    expect(step.explanations).toHaveLength(6);
    const again = await labelRandomization(model, split, some, { method: 'hirescam' });
    expect(again).toEqual(step);
  });

  test('what cannot be compared is refused', async () => {
    const some = split.test.slice(0, 2);
    const one = split.test.slice(0, 1);
    await expect(weightRandomization(model, one)).rejects.toThrow(/two pictures or more/);
    await expect(labelRandomization(model, split, one)).rejects.toThrow(/two pictures or more/);
    await expect(weightRandomization(model, some, { steps: 0 })).rejects.toThrow(/steps is 0.*1 to 1000/);
    await expect(weightRandomization(model, some, { seed: -1 })).rejects.toThrow(/seed is -1/);
    const tuned = await fineTune(model, split, { epochs: 1 });
    await expect(labelRandomization(tuned, split, some)).rejects.toThrow(/frozen base only/);
  });
});

describe('what a model is right and wrong about', () => {
  test('losses are −ln of the true class, the worst first', async () => {
    const losses = await topLosses(model, split.test);
    expect(losses).toHaveLength(split.test.length);
    const predictions = await model.predict(losses.map(({ xray }) => xray.path));
    losses.forEach(({ xray, predicted, confidence, loss }, i) => {
      const { label, probabilities } = predictions[i]!;
      expect(predicted).toBe(label);
      expect(confidence).toBeCloseTo(probabilities[label]!, 6);
      expect(loss).toBeCloseTo(-Math.log(probabilities[xray.label]!), 5);
      if (i) expect(loss).toBeLessThanOrEqual(losses[i - 1]!.loss);
    });
    const other = [{ ...split.test[0]!, label: 'flu' }];
    await expect(topLosses(model, other)).rejects.toThrow(/is "flu"; the model knows covid/);
  });

  test('hits and misses, the most certain first, each with its map', async () => {
    const { hits, misses } = await hitsAndMisses(model, split.test, { count: 3 });
    const losses = await topLosses(model, split.test);
    const right = losses.filter(({ xray, predicted }) => xray.label === predicted);
    expect(hits).toHaveLength(Math.min(3, right.length));
    expect(misses).toHaveLength(Math.min(3, losses.length - right.length));
    const most = Math.max(...right.map(({ confidence }) => confidence));
    expect(hits[0]!.caption).toBe(`${hits[0]!.label} ${most.toFixed(2)}`);
    for (const { caption, label } of misses)
      expect(caption).toMatch(new RegExp(`^${label}, called \\w+ 0\\.\\d\\d$`));
    for (const { picture } of hits) expect([picture.width, picture.height]).toEqual([tinySize, tinySize]);
    await expect(hitsAndMisses(model, split.test, { count: 0 })).rejects.toThrow(/count is 0/);
  });
});
