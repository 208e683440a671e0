import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { sha256 } from '../../lib/core/files';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { cosineRate, pretrain } from '../../lib/pretrain/pretrain';
import type { Pretrained } from '../../lib/pretrain/pretrained';

const root = mkdtempSync(path.join(tmpdir(), 'xray-pretrain-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const options = { pictures: 3 * 64, seed: 3 };
let tf: TensorFlow;
let before: number;
let undisturbed: Pretrained;

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', at('cache'));
  tf = await tensorflow();
  before = tf.memory().numTensors;
  undisturbed = await pretrain(at('undisturbed'), options);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** Interrupts after so many steps. */
async function interrupted(folder: string, steps: number): Promise<void> {
  const interrupt = new AbortController();
  const reason = new Error('enough');
  const run = pretrain(folder, {
    ...options,
    signal: interrupt.signal,
    onProgress: ({ done }) => done >= steps * 64 && interrupt.abort(reason),
  });
  await expect(run).rejects.toBe(reason);
  expect(existsSync(path.join(folder, 'weights.bin'))).toBe(false);
}

describe('a pretraining', () => {
  test('keeps a record of itself beside its weights', () => {
    const record = JSON.parse(readFileSync(at('undisturbed', 'training.json'), 'utf8'));
    const weights = readFileSync(at('undisturbed', 'weights.bin'));
    expect(record).toMatchObject({
      pictures: 192,
      seed: 3,
      classes: 200,
      batchSize: 64,
      learningRate: 2e-3,
      weightDecay: 0.02,
      curve: undisturbed.curve,
      top1: undisturbed.top1,
      versions: { node: process.version, tfjs: tf.version_core },
      weights: { file: 'weights.bin', bytes: weights.length, sha256: sha256(weights) },
    });
    expect(weights.length).toBeLessThan(3.2e6);
    expect(undisturbed.curve.map(({ pictures }) => pictures)).toEqual([64, 128, 192]);
    for (const { loss, top1 } of undisturbed.curve) {
      // From zeros of the dense layer all classes are alike at first: ln 200.
      expect(loss).toBeGreaterThan(3);
      expect(loss).toBeLessThan(8);
      expect(top1).toBeGreaterThanOrEqual(0);
      expect(top1).toBeLessThanOrEqual(1);
    }
    expect(undisturbed.curve[0]!.loss).toBeCloseTo(Math.log(200), 5);
  });

  test('comes to the losses that it came to before, within 1e-4', () => {
    const before = [5.2983174, 5.3095636, 5.3143177];
    for (const [i, { loss }] of undisturbed.curve.entries())
      expect(Math.abs(loss - before[i]!)).toBeLessThan(1e-4);
  });

  test('leaves no tensor behind', () => {
    expect(tf.memory().numTensors).toBe(before);
  });

  test('interrupted at any step and begun again, comes to the same weights, bit by bit', async () => {
    for (const steps of [1, 2]) await interrupted(at('interrupted'), steps);
    const again = await pretrain(at('interrupted'), options);
    expect(again.curve).toEqual(undisturbed.curve);
    expect(
      readFileSync(at('interrupted', 'weights.bin')).equals(readFileSync(at('undisturbed', 'weights.bin'))),
    ).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('that has ended is only saved again', async () => {
    const notes: string[] = [];
    const again = await pretrain(at('undisturbed'), {
      ...options,
      onProgress: ({ stage }) => notes.push(stage),
    });
    expect(notes).toEqual([]);
    expect(again).toEqual(undisturbed);
  });

  test('of another seed is another', async () => {
    await pretrain(at('other'), { pictures: 64, seed: 4 });
    await pretrain(at('same'), { pictures: 64, seed: 3 });
    expect(readFileSync(at('other', 'weights.bin')).equals(readFileSync(at('same', 'weights.bin')))).toBe(
      false,
    );
  });

  test.each<[string, (file: string) => void, Partial<typeof options>, RegExp]>([
    ['of other options', () => {}, { pictures: 512 }, /pictures 192, not 512/],
    ['of another seed', () => {}, { seed: 9 }, /seed 3, not 9/],
    ['that is none', (file) => writeFileSync(file, 'nonsense\n'), {}, /not a checkpoint/],
    [
      'cut short',
      (file) => writeFileSync(file, readFileSync(file).subarray(0, -8)),
      {},
      /is damaged; delete it/,
    ],
    [
      'with another bit',
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 1000]! ^= 1;
        writeFileSync(file, bytes);
      },
      {},
      /is damaged; delete it/,
    ],
  ])('a checkpoint %s is refused', async (name, damage, changed, says) => {
    const folder = at(name.replaceAll(' ', '-'));
    cpSync(at('undisturbed'), folder, { recursive: true });
    damage(path.join(folder, 'checkpoint.bin'));
    const run = pretrain(folder, { ...options, ...changed });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(says);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each([
    [{ pictures: 63 }, /pictures is 63/],
    [{ seed: -1 }, /seed is -1/],
  ])('%j is refused', async (wrong, says) => {
    await expect(pretrain(at('never'), wrong)).rejects.toThrow(says);
    expect(existsSync(at('never'))).toBe(false);
  });
});

test('the rate falls down a cosine, from 2e-3 to nothing', () => {
  expect([0, 25, 50, 75, 100].map((step) => cosineRate(step, 100))).toEqual(
    [1, (2 + Math.SQRT2) / 4, 0.5, (2 - Math.SQRT2) / 4, 0].map((share) => expect.closeTo(share * 2e-3, 10)),
  );
});

describe('the weights', () => {
  test('load as those of fractal, and see a colour picture as the average of its channels', async () => {
    const { model, weights, weightsHash } = await loadBackbone({
      name: 'fractal',
      weights: at('undisturbed'),
    });
    const random = await loadBackbone({ name: 'fractal', weights: 'random' });
    expect(weights).toBe(at('undisturbed'));
    expect(weightsHash).not.toBe(random.weightsHash);
    random.model.dispose();
    tf.tidy(() => {
      const colour = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 1);
      const grey = tf.tile(tf.mean(colour, 3, true), [1, 1, 1, 3]);
      const [ofColour, ofGrey] = [colour, grey].map((picture) => model.predict(picture) as Tensor);
      expect(tf.max(tf.abs(ofGrey!)).dataSync()[0]).toBeGreaterThan(0.1);
      expect(tf.max(tf.abs(tf.sub(ofColour!, ofGrey!))).dataSync()[0]).toBeLessThan(1e-4);
    });
    model.dispose();
  });
});
