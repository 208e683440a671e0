import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { io, Tensor } from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { loadBackbone } from '../../lib/networks/load-backbone';
import type { BackboneName } from '../../lib/networks/names';
import { networks } from '../../lib/networks/table';

const folder = mkdtempSync(path.join(tmpdir(), 'xray-backbone-'));
const model = path.join(folder, 'mobilenet_v1_1.0_224_conv_pw_2');
let tf: TensorFlow;

/** Saves MobileNet's first two blocks in two shards, as tfjs-models has them, with numbers that a test can know. */
async function saveModel(to: string): Promise<void> {
  const { model: network } = await loadBackbone({
    name: 'mobilenet',
    weights: 'random',
    cut: 'conv_pw_2_relu',
  });
  await network.save({
    save: async ({ modelTopology, weightSpecs, weightData }: io.ModelArtifacts) => {
      const bytes = Buffer.from(weightData as ArrayBuffer);
      mkdirSync(to, { recursive: true });
      writeFileSync(path.join(to, 'group1-shard1of2'), bytes.subarray(0, 1001));
      writeFileSync(path.join(to, 'group1-shard2of2'), bytes.subarray(1001));
      const paths = ['group1-shard1of2', 'group1-shard2of2'];
      const weightsManifest = [{ paths, weights: weightSpecs }];
      writeFileSync(path.join(to, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
  network.dispose();
}

beforeAll(async () => {
  tf = await tensorflow();
  await saveModel(model);
  vi.stubEnv('XRAY_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('XRAY_WEIGHTS', '');
});
afterEach(() => vi.stubEnv('XRAY_WEIGHTS', ''));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function refused(options: Parameters<typeof loadBackbone>[0], ...messages: (string | RegExp)[]) {
  const before = tf.memory().numTensors;
  const loading = loadBackbone(options);
  await expect(loading).rejects.toThrow(InputError);
  for (const message of messages) await expect(loading).rejects.toThrow(message);
  expect(tf.memory().numTensors).toBe(before);
}

describe('a network of the table', () => {
  test('without weights: says what to do', () =>
    refused(
      { name: 'vgg16' },
      'There are no ImageNet weights of VGG16 here',
      path.join(folder, 'cache', 'weights', 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5'),
      '`npx xray-transfer weights vgg16`',
      '--from FILE',
      '--weights random',
    ));

  test('with a file of the right name and the wrong checksum: names both', async () => {
    const other = path.join(folder, 'other');
    mkdirSync(other);
    const file = path.join(other, path.basename(networks.vgg19.weights.path));
    writeFileSync(file, 'not weights');
    vi.stubEnv('XRAY_WEIGHTS', `${folder}${path.delimiter}${other}`);
    await refused(
      { name: 'vgg19' },
      file,
      `MD5 is ${createHash('md5').update('not weights').digest('hex')}, not 253f8cb515780f3b799900260a226db6`,
    );
  });

  test('misspelt: the nearest name', () => refused({ name: 'resnet5' }, 'did you mean resnet50?'));

  test('cut at an unknown layer: near choices', () =>
    refused(
      { name: 'vgg16', weights: 'random', cut: 'block5_poool' },
      /VGG16 has no layer "block5_poool"; did you mean one of block5_pool, /,
    ));

  test('cut at its input', () =>
    refused({ name: 'vgg16', weights: 'random', cut: 'input_1' }, 'does not give a map'));

  test('with weights that are nowhere', () =>
    refused(
      { name: 'vgg16', weights: '/nowhere.h5' },
      'no file or folder /nowhere.h5',
      'imagenet or random',
    ));

  test.each<[BackboneName, string, string]>([
    [
      'fractal',
      'imagenet',
      'weights is "imagenet"; Fractal was not pretrained on it: choose fractals, random, or a file',
    ],
    [
      'vgg16',
      'fractals',
      'weights is "fractals"; VGG16 was not pretrained on it: choose imagenet, random, or a file',
    ],
  ])("%s with another network's pretraining, %s", (name, weights, message) =>
    refused({ name, weights }, message),
  );

  test('with a bad seed', () => refused({ name: 'vgg16', weights: 'random', seed: 1.5 }, 'seed is 1.5'));

  test('from a folder in XRAY_WEIGHTS whose name says more', async () => {
    vi.stubEnv('XRAY_WEIGHTS', folder);
    const backbone = await loadBackbone({ name: 'mobilenet', cut: 'conv_pw_2_relu' });
    expect(backbone).toMatchObject({
      title: 'MobileNet',
      weights: 'imagenet',
      preprocessing: 'tf',
      inputSize: 224,
      fineTuneFrom: 'conv_dw_2',
      featureShape: [56, 56, 128],
      unusedLayers: [],
    });
    backbone.model.dispose();
    await refused({ name: 'mobilenet' }, /MobileNet: it has no layer conv_dw_3, .* and \d+ more/);
  });
});

describe('a layers-model on disk', () => {
  test('gives what was saved, the same numbers by either way', async () => {
    const before = tf.memory().numTensors;
    const picture = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 5);
    const outputs: Float32Array[] = [];
    for (const options of [
      { name: model },
      { name: path.join(model, 'model.json') },
      { name: 'mobilenet', weights: model },
      { name: 'mobilenet', weights: 'random' },
    ]) {
      const backbone = await loadBackbone({ ...options, cut: 'conv_pw_1_relu' });
      expect(backbone).toMatchObject({
        featureShape: [112, 112, 64],
        fineTuneFrom: 'conv1',
        inputSize: 224,
      });
      const output = backbone.model.predict(picture) as Tensor;
      outputs.push(output.dataSync() as Float32Array);
      output.dispose();
      backbone.model.dispose();
    }
    // Byte by byte: toEqual takes half a minute over 800,000 numbers.
    const [first, ...others] = outputs.map(({ buffer }) => Buffer.from(buffer));
    for (const other of others) expect(other.equals(first!)).toBe(true);
    picture.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is named and hashed by what it holds, not by where it lies', async () => {
    const copy = path.join(folder, 'copy');
    cpSync(model, copy, { recursive: true });
    const open = async (options: { cut: string; name: string }) => {
      const { model: network, ...rest } = await loadBackbone(options);
      network.dispose();
      return rest;
    };
    const first = await open({ name: model, cut: 'conv_pw_1' });
    const second = await open({ name: copy, cut: 'conv_pw_1' });
    expect(second.weightsHash).toBe(first.weightsHash);
    expect(second).toMatchObject({ name: copy, title: 'copy', weights: copy, preprocessing: 'tf' });
    expect((await open({ name: model, cut: 'conv_pw_2' })).weightsHash).not.toBe(first.weightsHash);
    const shard = path.join(copy, 'group1-shard2of2');
    const bytes = readFileSync(shard);
    bytes[500]! ^= 1;
    writeFileSync(shard, bytes);
    utimesSync(shard, new Date(1e12), new Date(1e12));
    expect((await open({ name: copy, cut: 'conv_pw_1' })).weightsHash).not.toBe(first.weightsHash);
  });

  test('takes its preprocessing as an option', async () => {
    const { model: network, preprocessing } = await loadBackbone({
      name: model,
      cut: 'conv_pw_1',
      preprocessing: 'scale',
    });
    network.dispose();
    expect(preprocessing).toBe('scale');
    await refused(
      { name: model, cut: 'conv_pw_1', preprocessing: 'torch' as 'tf' },
      'choose one of caffe, tf, scale, standardize',
    );
  });

  test('needs a cut, and one that it has', async () => {
    await refused({ name: model }, /cut is missing.*conv_pw_2_relu/);
    await refused(
      { name: model, cut: 'conv_pw_3' },
      /has no layer "conv_pw_3"; did you mean one of conv_pw_[12], /,
    );
  });

  test('has its own weights', () => refused({ name: model, cut: 'conv_pw_1', weights: 'random' }, 'its own'));

  test.each<[string, (copy: string) => void, RegExp]>([
    [
      'a shard is cut short',
      (copy) => truncateSync(path.join(copy, 'group1-shard1of2'), 9),
      /\d+ bytes where.*describes \d+/,
    ],
    ['a shard is absent', (copy) => rmSync(path.join(copy, 'group1-shard2of2')), /shard2of2 cannot be read/],
    ['model.json is cut short', (copy) => truncateSync(path.join(copy, 'model.json'), 99), /is not JSON/],
    [
      'model.json is of another kind',
      (copy) => writeFileSync(path.join(copy, 'model.json'), '[]'),
      /not the model.json/,
    ],
    [
      'it is a graph-model',
      (copy) => writeFileSync(path.join(copy, 'model.json'), '{"format":"graph-model"}'),
      /graph-model/,
    ],
    [
      'a shard lies elsewhere',
      (copy) => {
        const file = path.join(copy, 'model.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('group1-shard1of2', '../group1-shard1of2'));
      },
      /plain file name/,
    ],
    [
      'a layer is of a kind unknown',
      (copy) => {
        const file = path.join(copy, 'model.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('DepthwiseConv2D', 'Lambda'));
      },
      /cannot be built.*Lambda/,
    ],
    [
      'Keras 3 saved it',
      (copy) => {
        const file = path.join(copy, 'model.json');
        const description = JSON.parse(
          readFileSync(file, 'utf8').replace('batch_input_shape', 'batch_shape'),
        );
        description.modelTopology.keras_version = '3.15.1';
        writeFileSync(file, JSON.stringify(description));
      },
      /cannot be built.*saved by Keras 3\.15\.1.*tf_keras.*adding-a-network\.md/,
    ],
  ])('is refused if %s', async (name, damage, message) => {
    const copy = path.join(folder, name.replaceAll(' ', '-'));
    cpSync(model, copy, { recursive: true });
    damage(copy);
    await refused({ name: copy, cut: 'conv_pw_1' }, message, copy);
  });
});
