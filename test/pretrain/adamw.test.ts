import type { NamedTensorMap } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { adamW } from '../../lib/pretrain/adamw';
import keras from '../fixtures/pretrain/keras_steps.json';

test("Keras' steps (test/fixtures/pretrain/keras_steps.py), and no tensor left", async () => {
  const tf = await tensorflow();
  const before = tf.memory().numTensors;
  const { start, rates, gradients, after } = keras.adamw;
  const [kernel, bias] = tf.tidy(() => [
    tf.variable(tf.tensor2d(start.kernel)),
    tf.variable(tf.tensor1d(start.bias)),
  ]);
  const optimizer = adamW(tf, [kernel, bias], { weightDecay: 0.02, decays: (v) => v.shape.length > 1 });
  const during = tf.memory().numTensors;
  rates.forEach((rate, i) => {
    tf.tidy(() => {
      const given: NamedTensorMap = {
        [kernel.name]: tf.tensor2d(gradients[i]!.kernel),
        [bias.name]: tf.tensor1d(gradients[i]!.bias),
      };
      optimizer.step(given, rate);
    });
    expect(optimizer.steps).toBe(i + 1);
    const [found, wanted] = [
      [...kernel.dataSync(), ...bias.dataSync()],
      [...after[i]!.kernel.flat(), ...after[i]!.bias],
    ];
    wanted.forEach((value, k) => {
      expect(Math.abs(found[k]! - value)).toBeLessThan(1e-6);
    });
  });
  expect(tf.memory().numTensors).toBe(during);
  optimizer.dispose();
  tf.dispose([kernel, bias]);
  expect(tf.memory().numTensors).toBe(before);
});
