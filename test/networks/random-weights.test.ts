import type { Tensor } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import type { BackboneOptions } from '../../lib/networks/backbone-options';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { backboneNames } from '../../lib/networks/names';
import { preprocess } from '../../lib/networks/preprocess';
import { networks } from '../../lib/networks/table';
import { twoPictures } from './pictures';

const networksWithWeights = backboneNames.filter((name) => networks[name].weights.kind !== 'none');

/** First numbers of every array, and the hash. */
async function drawn(options: BackboneOptions) {
  const { model, weightsHash } = await loadBackbone({ weights: 'random', ...options });
  const numbers = model.getWeights().map((weight) => [...weight.dataSync().slice(0, 4)]);
  model.dispose();
  return { numbers, weightsHash };
}

describe('random weights', () => {
  test('follow from the seed', async () => {
    const first = await drawn({ name: 'mobilenet', seed: 3 });
    expect(await drawn({ name: 'mobilenet', seed: 3 })).toEqual(first);
    const other = await drawn({ name: 'mobilenet', seed: 4 });
    expect(other.weightsHash).not.toBe(first.weightsHash);
    expect(other.numbers[0]).not.toEqual(first.numbers[0]);
    expect((await drawn({ name: 'mobilenet', seed: 3, preprocessing: 'scale' })).weightsHash).not.toBe(
      first.weightsHash,
    );
  });

  test('are the same numbers as ever, on every machine and back end', async () => {
    const { numbers } = await drawn({ name: 'vgg16', seed: 0, cut: 'block1_pool' });
    expect(numbers.slice(0, 2)).toMatchInlineSnapshot(`
      [
        [
          0.0023537781089544296,
          0.000021802723495056853,
          -0.0005711523117497563,
          0.0009308570297434926,
        ],
        [
          0,
          0,
          0,
          0,
        ],
      ]
    `);
  });

  test('of a layer do not depend on the cut', async () => {
    const short = await drawn({ name: 'vgg16', cut: 'block2_pool' });
    const long = await drawn({ name: 'vgg16' });
    expect(long.numbers.slice(0, short.numbers.length)).toEqual(short.numbers);
    expect(long.weightsHash).not.toBe(short.weightsHash);
  });

  test.each([
    ...networksWithWeights.map((name) => [name, networks[name].preprocessing] as const),
    ['mobilenet', 'caffe'] as const,
    ['mobilenet', 'scale'] as const,
  ])('%s, %s: activations neither vanish nor explode', async (name, mode) => {
    const tf = await tensorflow();
    const before = tf.memory().numTensors;
    const { model, preprocessing } = await loadBackbone({ name, weights: 'random', preprocessing: mode });
    const values = await twoPictures();
    const [power, zeros] = tf.tidy(() => {
      const pictures = tf.tensor4d(values, [2, 224, 224, 3]);
      const map = model.predict(preprocess(tf, pictures, preprocessing)) as Tensor;
      return [tf.mean(tf.square(map)), tf.mean(tf.cast(tf.equal(map, 0), 'float32'))].map(
        (t) => t.dataSync()[0]!,
      );
    });
    expect(power).toBeGreaterThan(0.05);
    expect(power).toBeLessThan(20);
    expect(zeros).toBeLessThan(0.8);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
