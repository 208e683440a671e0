import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { batchNormRelu } from '../../lib/pretrain/batch-norm';
import keras from '../fixtures/pretrain/keras_steps.json';

const { shape, epsilon, x, gamma, beta, upstream, output, mean, variance, gradients } = keras.batchNorm;

test("Keras' output, moments and gradient (test/fixtures/pretrain/keras_steps.py), and no tensor left", async () => {
  const tf = await tensorflow();
  const before = tf.memory().numTensors;
  const near = (found: Tensor, wanted: readonly number[]) => {
    const values = found.dataSync();
    expect(values.length).toBe(wanted.length);
    wanted.forEach((value, i) => {
      expect(Math.abs(values[i]! - value)).toBeLessThan(1e-5);
    });
  };
  tf.tidy(() => {
    const given = [
      tf.tensor4d(x, shape as [number, number, number, number]),
      tf.tensor1d(gamma),
      tf.tensor1d(beta),
    ];
    const weights = tf.tensor4d(upstream, shape as [number, number, number, number]);
    const found = batchNormRelu(
      tf,
      given[0] as Tensor4D,
      given[1] as Tensor1D,
      given[2] as Tensor1D,
      epsilon,
    );
    near(found.output, output);
    near(found.mean, mean);
    near(found.variance, variance);
    const loss = (...parts: Tensor[]) => {
      const normalized = batchNormRelu(
        tf,
        parts[0] as Tensor4D,
        parts[1] as Tensor1D,
        parts[2] as Tensor1D,
        epsilon,
      );
      return tf.sum(tf.mul(normalized.output, weights)).asScalar();
    };
    const slopes = tf.grads(loss)(given);
    near(slopes[0]!, gradients.x);
    near(slopes[1]!, gradients.gamma);
    near(slopes[2]!, gradients.beta);
  });
  expect(tf.memory().numTensors).toBe(before);
});
