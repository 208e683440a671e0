import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { projectFolder } from '../../lib/core/settings';
import { assignWeights } from '../../lib/networks/assign-weights';
import { openKerasH5 } from '../../lib/networks/keras-h5';
import { activation, batchNorm, chain, convolution, picture } from '../../lib/networks/layers';

const fixture = (name: string) => path.join(projectFolder, 'test', 'fixtures', 'networks', `${name}.h5`);
const folder = mkdtempSync(path.join(tmpdir(), 'xray-h5-'));
let tf: TensorFlow;
beforeAll(async () => {
  tf = await tensorflow();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tinyNetwork(): LayersModel {
  const input = picture(tf, 8);
  const steps = [
    convolution(tf, 'first', 2, 3),
    activation(tf, 'nothing', 'relu'),
    batchNorm(tf, 'second', 1e-3),
  ];
  return tf.model({ name: 'tiny', inputs: input, outputs: chain(input, ...steps) });
}

/** Loads a file into the tiny network, and gives all its numbers in order. */
async function load(file: string, needed = ['first', 'second']) {
  const before = tf.memory().numTensors;
  const network = tinyNetwork();
  const stored = await openKerasH5(tf, file).catch((error) => {
    network.dispose();
    throw error;
  });
  try {
    const unused = assignWeights(network, new Set(needed), stored, 'Tiny');
    return { unused, numbers: network.getWeights().flatMap((weight) => [...weight.dataSync()]) };
  } finally {
    stored.close();
    // getWeights read them before anything was set: nothing may have changed after an error.
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }
}

const eighths = Array.from({ length: 64 }, (_, i) => i / 8);

describe("weights in Keras' legacy layout", () => {
  test.each([
    'plain',
    'float16',
    'float16-big-endian',
    'float64-big-endian-gzip',
    'names-in-parts',
    'names-as-text',
    'whole-model',
    'renamed',
  ])('%s', async (name) => {
    const { numbers, unused } = await load(fixture(name));
    expect(numbers).toEqual(eighths);
    expect(unused).toEqual([]);
  });

  test("a classifier's top is named as unused", async () => {
    expect(await load(fixture('with-top'))).toEqual({ numbers: eighths, unused: ['predictions'] });
  });

  test('layers beyond the cut are left alone and named', async () => {
    const { numbers, unused } = await load(fixture('plain'), ['first']);
    expect(numbers.slice(0, 56)).toEqual(eighths.slice(0, 56));
    // What a batch normalisation starts with.
    expect(numbers.slice(56)).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect(unused).toEqual(['second']);
  });

  test.each([
    ['larger-network', /also has between, which Tiny has not/],
    ['no-second', /no layer second/],
    ['wrong-shape', /layer second needs \[2\].*second has \[3\] \(second\/c:0\)/],
    ['too-few-arrays', /layer second needs 4 arrays.*has 3/],
    ['missing-array', /lists \/second\/second\/a:0 but does not hold it/],
    ['whole-numbers', /holds \/first\/first_W_1:0 as something else than floats/],
    ['keras3', /no attribute layer_names.*legacy layout/],
    ['absent', /cannot be read/],
  ])('%s is refused', async (name, message) => {
    const fault = load(fixture(name));
    await expect(fault).rejects.toThrow(InputError);
    await expect(fault).rejects.toThrow(message);
    await expect(fault).rejects.toThrow(fixture(name));
  });

  test('nothing is set when a later layer is wrong', async () => {
    const network = tinyNetwork();
    const stored = await openKerasH5(tf, fixture('wrong-shape'));
    expect(() => assignWeights(network, new Set(['first', 'second']), stored, 'Tiny')).toThrow(InputError);
    stored.close();
    expect(
      network
        .getLayer('first')
        .getWeights()[0]!
        .dataSync()
        .every((number) => number === 0),
    ).toBe(true);
    network.dispose();
  });

  test.each([
    ['text.h5', Buffer.from('not found'), /not an HDF5 file/],
    ['empty.h5', Buffer.alloc(0), /not an HDF5 file/],
    ['cut.h5', readFileSync(fixture('plain')).subarray(0, 6000), /damaged/],
  ])('a damaged file is refused: %s', async (name, bytes, message) => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    await expect(load(file)).rejects.toThrow(message);
  });

  test('a folder is refused', async () => {
    await expect(load(folder)).rejects.toThrow(/cannot be read/);
  });

  test('any byte may be damaged without a crash', async () => {
    const good = readFileSync(fixture('plain'));
    const file = path.join(folder, 'flipped.h5');
    for (let at = 0; at < good.length; at += 97) {
      const bytes = Buffer.from(good);
      bytes[at]! ^= 0xff;
      writeFileSync(file, bytes);
      // A byte among the numbers passes: that is what the checksum is for.
      await load(file).catch((error) => expect(error).toBeInstanceOf(InputError));
    }
    // And what HDF5 remembers of the damaged files does not spoil the sound one in their place.
    writeFileSync(file, good);
    expect((await load(file)).numbers).toEqual(eighths);
  });
});
