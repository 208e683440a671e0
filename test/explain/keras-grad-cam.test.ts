import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { seededRandom } from '../../lib/core/random';
import type { Pixels } from '../../lib/dataset/xray';
import type { MapShape } from '../../lib/explain/average-pooling';
import { type CamMethod, camMethods } from '../../lib/explain/class-activation';
import { classMapOf } from '../../lib/explain/class-map';
import { occlusion } from '../../lib/explain/occlusion';
import { loadFrozenBase } from '../../lib/networks/freeze';
import { type BackboneName, backboneNames } from '../../lib/networks/names';
import { networks } from '../../lib/networks/table';
import { forward } from '../../lib/transfer/forward';
import { type Dense, glorotDense, type Head, softmax } from '../../lib/transfer/head';
import { createModel, type TransferModel } from '../../lib/transfer/model';
import { releaseBackbone, withBackbone } from '../../lib/transfer/open-backbone';
import { type PoolingName, pooledShape, poolingFor } from '../../lib/transfer/pooling';
import { presets } from '../../lib/transfer/preset';
import { agreement } from '../agreement';
import { pythonWith } from '../networks/peers';
import { twoPictures } from '../networks/pictures';

const python = pythonWith('keras', 'tensorflow', 'h5py', 'scipy');
if (!python)
  console.warn(
    'Grad-CAM against Keras is skipped: no Python with TensorFlow (`node scripts/setup.mjs --peers`)',
  );

/** Keras runs six networks; on a machine that is shared that takes a while. */
const minutes = 15 * 60_000;

const side = 224;
/** All that have a map: a small picture has none. */
type NetworkName = Exclude<BackboneName, 'pixels'>;
const names = backboneNames.filter((name) => name !== 'pixels');
const shapes = {
  vgg16: [7, 7, 512],
  vgg19: [7, 7, 512],
  resnet50: [7, 7, 2048],
  resnet50v2: [7, 7, 2048],
  mobilenet: [7, 7, 1024],
  fractal: [14, 14, 256],
} as const satisfies Readonly<Record<NetworkName, MapShape>>;
/** The article's head, the sound one, and one on the mean. */
const heads = [
  { pooling: 'article', hidden: 64 },
  { pooling: 'grid', hidden: 0 },
  { pooling: 'mean', hidden: 0 },
] as const satisfies readonly { pooling: PoolingName; hidden: number }[];
const classCount = 3;
/** A stride that does not divide the way: the last square ends with the picture all the same. */
const squares = { label: 1, patch: 96, starts: [0, 80, 128], fill: 100 };

function headOf(name: NetworkName, { pooling, hidden }: (typeof heads)[number]): Head {
  const random = seededRandom(`${name} ${pooling}`);
  const [h, w, c] = pooledShape(poolingFor(pooling, shapes[name]), [...shapes[name]]);
  const sizes = [h * w * c, ...(hidden ? [hidden] : []), classCount];
  const layers = sizes.slice(1).map((units, i): Dense => {
    const dense = glorotDense(sizes[i]!, units, random);
    return { ...dense, bias: dense.bias.map(() => random.between(-0.3, 0.3)) };
  });
  return { layers };
}

/** Largest difference, relative to the largest number. */
function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  let [largest, off] = [0, 0];
  for (let i = 0; i < theirs.length; i++) {
    largest = Math.max(largest, Math.abs(theirs[i]!));
    off = Math.max(off, Math.abs(theirs[i]! - ours[i]!));
  }
  expect(largest).toBeGreaterThan(0);
  return off / largest;
}

describe.skipIf(!python)('against Keras', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-cam-'));
  const at = (name: string) => path.join(folder, name);
  let tf: TensorFlow;
  let pictures: Pixels[];

  beforeAll(async () => {
    tf = await tensorflow();
    const values = await twoPictures();
    writeFileSync(at('pictures.f32'), values);
    const length = side * side * 3;
    pictures = [0, 1].map((i) => ({
      width: side,
      height: side,
      data: Uint8Array.from(values.subarray(i * length, (i + 1) * length)),
    }));
    const jobs = names.flatMap((network) =>
      heads.map((head) => {
        const { layers } = headOf(network, head);
        const bytes = layers.flatMap(({ kernel, bias }) => [
          Buffer.from(kernel.buffer),
          Buffer.from(bias.buffer),
        ]);
        writeFileSync(at(`${network}-${head.pooling}.f32`), Buffer.concat(bytes));
        return {
          network,
          cut: networks[network].cut,
          pooling: head.pooling,
          layers: layers.map(({ inputs, units }) => [inputs, units]),
          ...(network === 'fractal' && head.pooling === 'grid' && { occlusion: squares }),
        };
      }),
    );
    writeFileSync(at('jobs.json'), JSON.stringify(jobs));
    execFileSync(python!, [path.join(__dirname, 'keras_grad_cam.py'), folder, at('jobs.json')]);
  }, minutes);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const numbers = (name: string) => new Float32Array(new Uint8Array(readFileSync(at(`${name}.f32`))).buffer);

  async function compare(name: NetworkName): Promise<void> {
    const before = tf.memory().numTensors;
    const backbone = await loadFrozenBase({ name, weights: at(`${name}.h5`) });
    expect(backbone.featureShape).toEqual(shapes[name]);
    const maps = await forward(pictures, backbone, { preprocessing: 'own', pooling: 'none' });
    const mapOf = (i: number) => maps.subarray((i * maps.length) / 2, ((i + 1) * maps.length) / 2);
    const worst = new Map<CamMethod, number>();
    for (const head of heads)
      for (const method of camMethods) {
        const explained = {
          backbone,
          head: headOf(name, head),
          settings: { pooling: head.pooling, preprocessing: 'own' as const },
        };
        const ours = pictures.flatMap((_, i) =>
          Array.from({ length: classCount }, (_, c) => classMapOf(mapOf(i), explained, method, () => c)),
        );
        const theirs = numbers(`${name}-${head.pooling}-${method}`);
        const off = difference(
          ours.flatMap(({ map }) => Array.from(map.data)),
          theirs,
        );
        worst.set(method, Math.max(worst.get(method) ?? 0, off));
        const logits = numbers(`${name}-${head.pooling}-logits`);
        pictures.forEach((_, i) => {
          const theirProbabilities = softmax(logits.slice(i * classCount, (i + 1) * classCount));
          theirProbabilities.forEach((probability, c) => {
            expect(ours[i * classCount + c]!.probability).toBeCloseTo(probability, 3);
          });
        });
      }
    for (const [method, off] of worst)
      agreement(`${method} on ${name}, ${tf.getBackend()}`, "Keras' GradientTape, relative", 1e-3)(off, 0);
    backbone.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }

  /** A model with `head` on the network whose random weights Keras wrote. */
  function modelOn(name: NetworkName, head: Head): TransferModel {
    const summary = {
      name,
      title: networks[name].title,
      cut: networks[name].cut,
      weights: at(`${name}.h5`),
      weightsHash: '',
      seed: 0,
      preprocessing: networks[name].preprocessing,
      fineTuned: false,
    };
    return createModel(
      {
        classes: ['a', 'b', 'c'],
        backbone: summary,
        preset: 'sound',
        parameters: presets.sound,
        seed: 0,
        history: { epochs: [], bestEpoch: 0 },
        seconds: { features: 0, head: 0, total: 0 },
        seen: { train: [], validation: [], test: [] },
        synthetic: false,
        interrupted: false,
        head,
      },
      (work) => withBackbone({ name, weights: summary.weights }, work),
    );
  }

  async function compareOcclusion(): Promise<void> {
    const model = modelOn('fractal', headOf('fractal', heads[1]));
    const { patch, fill, label } = squares;
    const ours = await occlusion(model, pictures, { patch, stride: 80, fill, label: model.classes[label] });
    const theirs = numbers('fractal-grid-occlusion');
    // Random weights may not care what is hidden; then only rounding would be compared.
    expect(Math.max(...theirs)).toBeGreaterThan(0.01);
    const off = difference(
      ours.flatMap(({ map }) => Array.from(map.data)),
      theirs,
    );
    agreement(`occlusion, ${tf.getBackend()}`, 'Keras, relative', 1e-3)(off, 0);
    await releaseBackbone();
  }

  test.each(names)('%s: maps equal those of GradientTape to 1e-3', compare, minutes);
  test('occlusion equals that in Keras to 1e-3', compareOcclusion, minutes);

  describe('on WebAssembly', () => {
    let native: string;
    beforeAll(async () => {
      native = tf.getBackend();
      require('@tensorflow/tfjs-backend-wasm');
      expect(await tf.setBackend('wasm')).toBe(true);
    });
    afterAll(async () => {
      await tf.setBackend(native);
    });

    test.each(names)('%s: maps equal those of GradientTape to 1e-3', compare, minutes);
    test('occlusion equals that in Keras to 1e-3', compareOcclusion, minutes);
  });
});
