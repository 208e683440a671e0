import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { preprocess } from '../../lib/networks/preprocess';
import { preprocessingModes } from '../../lib/networks/preprocessing-mode';
import { networks } from '../../lib/networks/table';
import { pythonWith, shared } from './peers';
import { twoPictures } from './pictures';

const python = pythonWith('keras', 'tensorflow', 'h5py');
const mobilenetFolder = shared('weights', 'mobilenet_v1_1.0_224_conv_pw_12');
if (!python)
  console.warn('Parity with Keras is skipped: no Python with TensorFlow (`node scripts/setup.mjs --peers`)');
if (!mobilenetFolder) console.warn("Parity of MobileNet's ImageNet weights is skipped: they are not at hand");

const kerasNetworks = ['vgg16', 'vgg19', 'resnet50', 'resnet50v2'] as const;

describe.skipIf(!python)('against Keras', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-keras-'));
  const at = (name: string) => path.join(folder, name);
  const numbers = (name: string) => new Float32Array(new Uint8Array(readFileSync(at(`${name}.f32`))).buffer);
  let tf: TensorFlow;
  let pictures: Tensor4D;
  let reference: {
    networks: Record<string, { layers: string[]; shape: number[]; parameters: number }>;
    mobilenet: { cut: string; shape: number[] };
  };

  beforeAll(async () => {
    tf = await tensorflow();
    const values = await twoPictures();
    writeFileSync(at('pictures.f32'), values);
    const script = path.join(__dirname, 'keras_reference.py');
    execFileSync(python!, [
      script,
      at('pictures.f32'),
      '2',
      folder,
      ...(mobilenetFolder ? [mobilenetFolder] : []),
    ]);
    reference = JSON.parse(readFileSync(at('reference.json'), 'utf8'));
    pictures = tf.tensor4d(values, [2, 224, 224, 3]);
  });
  afterAll(() => {
    pictures?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Largest difference, relative to the largest number. */
  function difference(ours: Float32Array, theirs: Float32Array): number {
    expect(ours.length).toBe(theirs.length);
    let [largest, off] = [0, 0];
    for (let i = 0; i < theirs.length; i++) {
      largest = Math.max(largest, Math.abs(theirs[i]!));
      off = Math.max(off, Math.abs(theirs[i]! - ours[i]!));
    }
    expect(largest).toBeGreaterThan(1e-3);
    return off / largest;
  }

  test.each(preprocessingModes)('preprocessing %s', (mode) => {
    const ours = preprocess(tf, pictures, mode);
    expect(difference(ours.dataSync() as Float32Array, numbers(mode))).toBeLessThan(1e-6);
    ours.dispose();
  });

  test.each(kerasNetworks)('%s', async (name) => {
    const before = tf.memory().numTensors;
    const backbone = await loadBackbone({ name, weights: at(`${name}.h5`) });
    const { layers, shape, parameters } = reference.networks[name]!;
    expect(backbone.unusedLayers).toEqual([]);
    expect(backbone.model.layers.slice(1).map((layer) => layer.name)).toEqual(layers.slice(1));
    expect(backbone.featureShape).toEqual(shape.slice(1));
    expect(backbone.model.countParams()).toBe(parameters);
    const output = tf.tidy(
      () => backbone.model.predict(preprocess(tf, pictures, backbone.preprocessing)) as Tensor,
    );
    const off = difference(output.dataSync() as Float32Array, numbers(name));
    console.log(`${name}: largest relative difference ${off.toExponential(1)}`);
    expect(off).toBeLessThan(1e-4);
    output.dispose();
    backbone.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.skipIf(!mobilenetFolder)('mobilenet with ImageNet weights', async () => {
    const { cut, shape } = reference.mobilenet;
    const known = await loadBackbone({ name: 'mobilenet', weights: mobilenetFolder!, cut });
    const saved = await loadBackbone({ name: mobilenetFolder!, cut });
    for (const backbone of [known, saved]) {
      expect(backbone.featureShape).toEqual(shape.slice(1));
      const output = tf.tidy(
        () => backbone.model.predict(preprocess(tf, pictures, backbone.preprocessing)) as Tensor,
      );
      expect(difference(output.dataSync() as Float32Array, numbers('mobilenet'))).toBeLessThan(1e-4);
      output.dispose();
      backbone.model.dispose();
    }
  });

  test("another network's file is refused, naming layers", async () => {
    const load = (name: string, file: string) => loadBackbone({ name, weights: at(`${file}.h5`) });
    const before = tf.memory().numTensors;
    await expect(load('vgg16', 'vgg19')).rejects.toThrow(
      /VGG16.*block3_conv4, block4_conv4, which VGG16 has not/,
    );
    await expect(load('vgg19', 'vgg16')).rejects.toThrow(/VGG19.*no layer block3_conv4/);
    await expect(load('vgg16', 'resnet50')).rejects.toThrow(
      /VGG16.*106 layers.*conv1_conv.*13.*block1_conv1/,
    );
    await expect(load('resnet50', 'resnet50v2')).rejects.toThrow(/ResNet50.*no layer conv1_bn/);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a cut in the middle gives the layer before the end, and frees the rest', async () => {
    const before = tf.memory().numTensors;
    const { title } = networks.vgg16;
    const backbone = await loadBackbone({ name: 'vgg16', weights: at('vgg16.h5'), cut: 'block4_pool' });
    expect(backbone).toMatchObject({ title, fineTuneFrom: 'block4_conv1', featureShape: [14, 14, 512] });
    expect(backbone.unusedLayers).toEqual(['block5_conv1', 'block5_conv2', 'block5_conv3']);
    expect(tf.memory().numTensors - before).toBe(20);
    backbone.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
