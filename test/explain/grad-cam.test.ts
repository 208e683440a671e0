import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { loadPicture } from '../../lib/dataset/load-picture';
import type { Split } from '../../lib/dataset/xray';
import { averagePooling, averagePoolingGradient, type MapShape } from '../../lib/explain/average-pooling';
import { camMethods, classActivation } from '../../lib/explain/class-activation';
import { gradCam } from '../../lib/explain/grad-cam';
import { resizeHeatmap } from '../../lib/explain/heatmap';
import { logitGradient } from '../../lib/explain/logit-gradient';
import { occlusion } from '../../lib/explain/occlusion';
import { overlay } from '../../lib/explain/overlay';
import { fineTune } from '../../lib/transfer/fine-tune';
import { glorotDense, type Head, headLogits } from '../../lib/transfer/head';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { poolingFor, poolingNames } from '../../lib/transfer/pooling';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { tinySize } from '../transfer/tiny-backbone';
import { smallModel } from './small-model';

const numbers = (count: number, seed: number) => {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
};
const headOf = (sizes: readonly number[], seed = 1): Head => {
  const random = seededRandom(seed);
  return { layers: sizes.slice(1).map((units, i) => glorotDense(sizes[i]!, units, random)) };
};

let tf: TensorFlow;
beforeAll(async () => {
  tf = await tensorflow();
});

describe('the chain rule', () => {
  test.each([[[12, 3]], [[12, 7, 3]]])('through dense layers %j: as tf.grad', (sizes) => {
    const head = headOf(sizes);
    const row = numbers(12, 2);
    for (let index = 0; index < 3; index++) {
      const gradient = tf.tidy(() =>
        tf
          .grad((x) => {
            let value = x.reshape([1, 12]);
            head.layers.forEach(({ kernel, bias, inputs, units }, i) => {
              value = tf.add(tf.matMul(value, tf.tensor2d(kernel, [inputs, units])), tf.tensor1d(bias));
              if (i < head.layers.length - 1) value = tf.relu(value);
            });
            return value.reshape([3]).slice(index, 1).sum();
          })(tf.tensor1d(row))
          .dataSync(),
      );
      logitGradient(head, row, index).forEach((g, i) => {
        expect(g).toBeCloseTo(gradient[i]!, 5);
      });
    }
  });

  test.each(poolingNames)('through pooling %s: as tf.avgPool and its gradient', (name) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        (height, width, channels) => {
          const shape: MapShape = [height, width, channels];
          const pooling = poolingFor(name, shape);
          const map = numbers(height * width * channels, height * 31 + width);
          const pool = (x: ReturnType<TensorFlow['tensor4d']>) =>
            tf.avgPool(x, pooling.window as [number, number], pooling.stride as [number, number], 'valid');
          const [pooled, dy, back] = tf.tidy(() => {
            const x = tf.tensor4d(map, [1, ...shape]);
            const y = pool(x);
            const upstream = tf.tensor4d(numbers(y.size, 5), y.shape);
            return [
              y.dataSync(),
              upstream.dataSync(),
              tf
                .grad(pool as never)(x, upstream)
                .dataSync(),
            ];
          });
          const near = (ours: Float32Array, theirs: ArrayLike<number>) => {
            expect(ours.length).toBe(theirs.length);
            ours.forEach((value, i) => {
              expect(value).toBeCloseTo(theirs[i]!, 5);
            });
          };
          near(averagePooling(map, shape, pooling), pooled!);
          near(averagePoolingGradient(dy as Float32Array, shape, pooling), back!);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('maps', () => {
  const shape: MapShape = [5, 4, 6];
  const map = numbers(120, 3).map(Math.abs);

  test('HiResCAM of a linear head adds up to the logit, less the bias', () => {
    const pooling = poolingFor('grid', shape);
    const row = averagePooling(map, shape, pooling);
    const head = headOf([row.length, 3]);
    const gradient = averagePoolingGradient(logitGradient(head, row, 1), shape, pooling);
    const { data } = classActivation('hirescam', { map, gradient, shape });
    const sum = data.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(headLogits(head, row)[1]! - head.layers[0]!.bias[1]!, 4);
  });

  test('where every place weighs alike, Grad-CAM is what HiResCAM leaves above 0', () => {
    const pooling = poolingFor('mean', shape);
    const row = averagePooling(map, shape, pooling);
    const gradient = averagePoolingGradient(logitGradient(headOf([row.length, 3]), row, 0), shape, pooling);
    const own = classActivation('hirescam', { map, gradient, shape }).data;
    classActivation('grad-cam', { map, gradient, shape }).data.forEach((value, i) => {
      expect(value).toBeCloseTo(Math.max(0, own[i]!), 5);
    });
  });

  test('Grad-CAM++ by derivatives of exp(S) themselves', () => {
    // One channel, S linear: d, d² and d³ of exp(S) at each place are exp(S)·g, ·g², ·g³.
    const gradient = Float32Array.from([0.5, -0.2, 0.1, 0]);
    const one = { map: Float32Array.from([1, 2, 0.5, 3]), gradient, shape: [2, 2, 1] as const };
    const score = Math.exp(one.map.reduce((sum, a, i) => sum + a * gradient[i]!, 0));
    const total = one.map.reduce((a, b) => a + b);
    const weight = gradient.reduce((sum, g) => {
      const [first, second, third] = [score * g, score * g * g, score * g ** 3];
      const alpha = second ? second / (2 * second + total * third) : 0;
      return sum + alpha * Math.max(0, first);
    }, 0);
    classActivation('grad-cam++', one).data.forEach((value, i) => {
      // Less the factor exp(S), which all channels share.
      expect(value).toBeCloseTo((weight / score) * one.map[i]!, 6);
    });
  });

  test('enlarged as tf.image.resize', () => {
    for (const [height, width] of [
      [17, 9],
      [3, 2],
      [5, 4],
    ] as const) {
      const data = numbers(20, 4);
      const theirs = tf.tidy(() =>
        tf.image.resizeBilinear(tf.tensor3d(data, [5, 4, 1]), [height, width], false, true).dataSync(),
      );
      resizeHeatmap({ width: 4, height: 5, data }, width, height).data.forEach((value, i) => {
        expect(value).toBeCloseTo(theirs[i]!, 5);
      });
    }
  });

  test('laid over: red above 0, blue below, the picture where there is nothing', () => {
    const picture = { width: 3, height: 1, data: new Uint8Array(9).fill(100) };
    const mixed = overlay(picture, { width: 3, height: 1, data: Float32Array.from([2, 0, -2]) }).data;
    expect(mixed[0]!).toBeGreaterThan(mixed[2]! + 100);
    expect([...mixed.subarray(3, 6)]).toEqual([100, 100, 100]);
    expect(mixed[8]!).toBeGreaterThan(mixed[6]! + 100);
    expect(overlay(picture, { width: 1, height: 1, data: new Float32Array(1) }).data).toEqual(picture.data);
  });
});

describe('of a model', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'xray-explain-'));
  let split: Split;
  let model: TransferModel;
  beforeAll(async () => {
    vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
    ({ model, split } = await smallModel(root));
  });
  afterAll(async () => {
    await releaseBackbone();
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  test('explains the class that the model predicts, or the one asked for', async () => {
    const xray = split.test[0]!;
    const [prediction] = await model.predict([xray.path]);
    for (const method of camMethods) {
      const [explanation] = await gradCam(model, [xray], { method });
      expect(explanation).toMatchObject({ file: xray.path, label: prediction!.label });
      expect(explanation!.probability).toBeCloseTo(prediction!.probabilities[prediction!.label]!, 5);
      expect([explanation!.map.width, explanation!.map.height]).toEqual([6, 6]);
      expect([explanation!.overlay.width, explanation!.overlay.height]).toEqual([tinySize, tinySize]);
    }
    const [other] = await gradCam(model, [xray], { label: 'pneumonia' });
    expect(other!.label).toBe('pneumonia');
    expect(other!.probability).toBeCloseTo(prediction!.probabilities.pneumonia!, 5);
  });

  test('records, files and pixels give the same; many as one by one', async () => {
    const some = split.test.slice(0, 10);
    const together = await gradCam(model, some);
    const [first] = some;
    const pixels = await loadPicture(first!.path, tinySize, model.parameters.resize);
    for (const [explanation] of await Promise.all([
      gradCam(model, [first!.path]),
      gradCam(model, [pixels]),
      gradCam(model, [first!]),
    ]))
      explanation!.map.data.forEach((value, i) => {
        expect(value).toBeCloseTo(together[0]!.map.data[i]!, 5);
      });
    expect((await gradCam(model, [pixels]))[0]).not.toHaveProperty('file');
    expect(await gradCam(model, [])).toEqual([]);
  });

  test('a fine-tuned model too; its base is its own', async () => {
    const tuned = await fineTune(model, split, { epochs: 1, learningRate: 1e-4 });
    expect(tuned.history.bestEpoch).toBeGreaterThan(0);
    const [xray] = split.test;
    const [before, after] = [await gradCam(model, [xray!]), await gradCam(tuned, [xray!])];
    const [prediction] = await tuned.predict([xray!.path]);
    expect(after[0]!.probability).toBeCloseTo(prediction!.probabilities[after[0]!.label]!, 5);
    expect(after[0]!.map.data).not.toEqual(before[0]!.map.data);
  });

  test('occlusion finds the one place that the head looks at', async () => {
    // A head that reads one window of the grid: hiding what it does not see changes nothing.
    const { layers } = model.head;
    const [rows, channels] = [9, 8];
    const kernel = new Float32Array(rows * channels * 3);
    kernel.fill(1, 0, channels * 3);
    for (let k = 1; k < channels * 3; k += 3) kernel[k] = -1;
    const looking: TransferModel = {
      ...model,
      head: { layers: [{ inputs: rows * channels, units: 3, kernel, bias: new Float32Array(3) }] },
    };
    expect(layers[0]!.inputs).toBe(rows * channels);
    const [explanation] = await occlusion(looking, [split.test[0]!], { patch: 4, fill: 0, label: 'normal' });
    const { map } = explanation!;
    expect(map.width).toBe(tinySize);
    const at = (x: number, y: number) => Math.abs(map.data[y * tinySize + x]!);
    const far = [
      [23, 23],
      [23, 0],
      [0, 23],
      [20, 20],
    ] as const;
    for (const [x, y] of far) expect(at(x, y)).toBeLessThan(1e-5);
    expect(at(2, 2)).toBeGreaterThan(1e-3);
  });

  test('a base that gives one place for the whole picture has no map, but can be occluded', async () => {
    const flat = await transferLearn(split, { backbone: 'pixels', epochs: 2 });
    await expect(gradCam(flat, [split.test[0]!])).rejects.toThrow(/no map to draw; occlusion finds out/);
    const [explanation] = await occlusion(flat, [split.test[0]!], { patch: 112 });
    expect([explanation!.map.width, explanation!.map.height]).toEqual([224, 224]);
  });

  test('progress is told, and an abort stops between batches', async () => {
    const told: number[] = [];
    await gradCam(model, split.test, { onProgress: ({ done }) => told.push(done) });
    expect(told.at(-1)).toBe(split.test.length);
    const reason = new Error('enough');
    await expect(gradCam(model, split.test, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(occlusion(model, split.test, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('leaves no tensor behind', async () => {
    await releaseBackbone();
    const before = tf.memory().numTensors;
    await gradCam(model, split.test.slice(0, 2));
    await occlusion(model, split.test.slice(0, 1), { patch: 12 });
    await releaseBackbone();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['method', () => gradCam(model, [], { method: 'cam' as never }), /method is "cam".*grad-cam\+\+/],
    ['label', () => gradCam(model, [], { label: 'flu' }), /label is "flu"; choose one of covid, normal/],
    ['file', () => gradCam(model, ['none.png']), /none\.png/],
    ['patch', () => occlusion(model, [], { patch: tinySize + 1 }), /patch is 25.*1 to 24/],
    ['stride', () => occlusion(model, [], { patch: 4, stride: 5 }), /stride is 5.*1 to 4/],
    ['fill', () => occlusion(model, [], { fill: 256 }), /fill is 256/],
  ])('a wrong %s is refused', async (_, work, message) => {
    const refused = work();
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });
});
