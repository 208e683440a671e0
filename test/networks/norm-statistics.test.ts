import type { LayersModel, SymbolicTensor, Tensor, Tensor4D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { batchNorms, readStatistics, setStatistics, takeMoments } from '../../lib/networks/norm-statistics';
import keras from '../fixtures/networks/keras_norm.json';

const { sizes, side, weights, pictures, statistics, output } = keras;
let tf: TensorFlow;
let model: LayersModel;

function build(): LayersModel {
  const input = tf.input({ shape: [side, side, 3] });
  const layers = [
    tf.layers.conv2d({ name: 'first_conv', filters: 4, kernelSize: 3, padding: 'same' }),
    tf.layers.batchNormalization({ name: 'first_bn' }),
    tf.layers.reLU(),
    tf.layers.conv2d({ name: 'second_conv', filters: 2, kernelSize: 3, padding: 'same', useBias: false }),
    tf.layers.batchNormalization({ name: 'second_bn' }),
  ];
  const last = layers.reduce((x, layer) => layer.apply(x) as SymbolicTensor, input);
  const network = tf.model({ inputs: input, outputs: last });
  tf.tidy(() => {
    for (const [name, values] of Object.entries(weights))
      network.getLayer(name).setWeights(values.map((value) => tf.tensor(value as number[])));
  });
  return network;
}

const batch = (from: number, count: number): Tensor4D =>
  tf.tensor4d(pictures.slice(from * side * side * 3, (from + count) * side * side * 3), [
    count,
    side,
    side,
    3,
  ]);

function takeAll(network: LayersModel): void {
  let seen = 0;
  for (const size of sizes) {
    const from = seen;
    tf.tidy(() => {
      takeMoments(tf, network, batch(from, size), from);
    });
    seen += size;
  }
}

const expectNear = (found: ArrayLike<number>, wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5);
  });
};

beforeAll(async () => {
  tf = await tensorflow();
  model = build();
});
afterAll(() => model?.dispose());

describe('running statistics', () => {
  test("are Keras' (test/fixtures/networks/keras_norm.py); nothing else changes, no tensor is left", async () => {
    const before = tf.memory().numTensors;
    takeAll(model);
    expect(tf.memory().numTensors).toBe(before);
    for (const layer of batchNorms(model)) {
      const [gamma, beta, mean, variance] = layer.getWeights().map((weight) => weight.dataSync());
      const expected = statistics[layer.name as keyof typeof statistics];
      expectNear(mean!, expected[0]!);
      expectNear(variance!, expected[1]!);
      const start = weights[layer.name as keyof typeof weights] as number[][];
      expectNear(gamma!, start[0]!);
      expectNear(beta!, start[1]!);
    }
    const found = tf.tidy(() => (model.predict(batch(0, 13)) as Tensor).dataSync());
    expectNear(found, output);
  });

  test('are set again from their bytes, bit by bit', async () => {
    takeAll(model);
    const bytes = await readStatistics(model);
    const other = build();
    expect((await readStatistics(other)).equals(bytes)).toBe(false);
    const before = tf.memory().numTensors;
    setStatistics(tf, other, bytes, 'norm.bin');
    expect(tf.memory().numTensors).toBe(before);
    expect((await readStatistics(other)).equals(bytes)).toBe(true);
    const wrong = () => setStatistics(tf, other, bytes.subarray(4), 'norm.bin');
    expect(wrong).toThrow(InputError);
    expect(wrong).toThrow('norm.bin has 44 bytes');
    other.dispose();
  });
});
