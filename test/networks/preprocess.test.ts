import type { Tensor4D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { preprocess } from '../../lib/networks/preprocess';
import { type PreprocessingMode, preprocessingModes } from '../../lib/networks/preprocessing-mode';

// keras.applications.imagenet_utils.preprocess_input of these two pixels, RGB, unless another source is named.
const pixels = [10, 120, 255, 0, 51, 204];
const expected: Record<PreprocessingMode, number[]> = {
  caffe: [255 - 103.939, 120 - 116.779, 10 - 123.68, 204 - 103.939, 51 - 116.779, 0 - 123.68],
  tf: [10 / 127.5 - 1, 120 / 127.5 - 1, 1, -1, -0.6, 0.6],
  scale: [10 / 255, 120 / 255, 1, 0, 0.2, 0.8],
  // tf.image.per_image_standardization of TensorFlow 2.19.
  standardize: [-1.0053155, 0.1386642, 1.5426395, -1.1093137, -0.578923, 1.0122488],
};

test.each(preprocessingModes)('%s, leaving its input alone and no tensor behind', async (mode) => {
  const tf = await tensorflow();
  const batch = tf.tensor4d(pixels, [1, 1, 2, 3]);
  const before = tf.memory().numTensors;
  const output = preprocess(tf, batch, mode);
  expect(output.shape).toEqual([1, 1, 2, 3]);
  for (const [i, number] of output.dataSync().entries()) expect(number).toBeCloseTo(expected[mode][i]!, 4);
  expect([...batch.dataSync()]).toEqual(pixels);
  expect(tf.memory().numTensors).toBe(before + 1);
});

test('standardize takes each picture by itself, and leaves one of a single level at zero', async () => {
  const tf = await tensorflow();
  const [both, alone] = tf.tidy(() => {
    const flat = new Array(6).fill(7);
    const of = (values: number[], n: number) =>
      preprocess(tf, tf.tensor4d(values, [n, 1, 2, 3]), 'standardize').dataSync();
    return [of([...pixels, ...flat], 2), of(pixels, 1)];
  });
  expect([...both!.slice(0, 6)]).toEqual([...alone!]);
  expect([...both!.slice(6)]).toEqual(new Array(6).fill(0));
});

test('an unknown mode is refused with the choices', async () => {
  const tf = await tensorflow();
  const wrong = () => preprocess(tf, null as unknown as Tensor4D, 'torch' as PreprocessingMode);
  expect(wrong).toThrow(InputError);
  expect(wrong).toThrow('preprocessing is "torch"; choose one of caffe, tf, scale, standardize');
});
