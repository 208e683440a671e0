import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { hashFile } from '../../lib/core/files';
import { runInterruptible } from '../../lib/core/interrupt';
import type { Progress } from '../../lib/core/progress';
import { seededRandom } from '../../lib/core/random';
import { loadPicture } from '../../lib/dataset/load-picture';
import { keepRegion, type Region } from '../../lib/dataset/region';
import { rotate } from '../../lib/dataset/rotate';
import type { Backbone } from '../../lib/networks/backbone';
import { loadFrozenBase } from '../../lib/networks/freeze';
import type { FrozenBase } from '../../lib/networks/frozen-base';
import { loadBackbone } from '../../lib/networks/load-backbone';
import type { FeatureSettings } from '../../lib/transfer/feature-settings';
import { extractFeatures, featureBlocks } from '../../lib/transfer/features';
import { type PictureToSee, variantsOf } from '../../lib/transfer/picture-variants';
import { writePicture } from './class-folders';
import { tinyCut, tinySize, writeTinyBackbone } from './tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-features-'));
const settings: FeatureSettings = { preprocessing: 'own', resize: 'antialiased', pooling: 'grid' };
let tf: TensorFlow;
let backbone: FrozenBase;
/** The same as a network of layers. */
let plain: Backbone;
let pictures: PictureToSee[];
let caches = 0;

beforeAll(async () => {
  tf = await tensorflow();
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  const tiny = { name: await writeTinyBackbone(path.join(root, 'tiny')), cut: tinyCut };
  plain = await loadBackbone(tiny);
  backbone = await loadFrozenBase(tiny);
  // What it makes when it first computes is no leak.
  tf.tidy(() => backbone.infer(tf.zeros([1, tinySize, tinySize, 3]) as Tensor4D) as Tensor4D);
  const random = seededRandom(1);
  mkdirSync(path.join(root, 'pictures'));
  pictures = [];
  for (let i = 0; i < 20; i++) {
    const file = path.join(root, 'pictures', `${i}.png`);
    await writePicture(file, i % 4, random);
    pictures.push({ file, sha256: await hashFile(file), degrees: 0 });
  }
});
let tensors: number;
beforeEach(() => {
  // Each test has a cache of its own.
  vi.stubEnv('XRAY_CACHE', path.join(root, `cache-${caches++}`));
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));
afterAll(() => {
  plain?.model.dispose();
  backbone?.dispose();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** All shards below the cache in use. */
function shards(): string[] {
  const folder = path.join(process.env.XRAY_CACHE!, 'features');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.arrow'))
    .map((name) => path.join(folder, name));
}
const leftovers = () =>
  readdirSync(process.env.XRAY_CACHE!, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tmp'),
  );

describe('extractFeatures', () => {
  /** The network applied by hand, one picture at a time. */
  async function byHand(picture: PictureToSee, region: Region = 'whole'): Promise<Float32Array> {
    let pixels = keepRegion(await loadPicture(picture.file, tinySize, 'antialiased'), region);
    if (picture.degrees) pixels = rotate(pixels, picture.degrees);
    return tf.tidy(() => {
      const input = tf.tensor4d(Float32Array.from(pixels.data), [1, tinySize, tinySize, 3]).div(127.5).sub(1);
      const map = plain.model.predict(input) as Tensor4D;
      // A map of 6×6 in three rows of three.
      return tf.avgPool(map, [2, 2], [2, 2], 'valid').dataSync<'float32'>().slice();
    });
  }

  test('is preprocessing, network and pooling of each picture, in the order given, rotated copies too', async () => {
    const wanted = [
      ...pictures.slice(0, 11),
      { ...pictures[3]!, degrees: 11.5 },
      pictures[0]!,
      { ...pictures[3]!, degrees: -4 },
    ];
    const { data, dimension, shape, computed } = await extractFeatures(wanted, backbone, settings);
    expect(shape).toEqual([3, 3, 8]);
    expect(dimension).toBe(72);
    expect(computed).toBe(13);
    for (const [i, picture] of wanted.entries()) {
      const expected = await byHand(picture);
      data.subarray(i * dimension, (i + 1) * dimension).forEach((value, d) => {
        expect(value).toBeCloseTo(expected[d]!, 4);
      });
    }
    const again = await extractFeatures(wanted, backbone, settings);
    expect(again.computed).toBe(0);
    expect(again.data).toEqual(data);
  });

  test('of a region are those of pictures that are black elsewhere', async () => {
    const wanted = [...pictures.slice(0, 3), { ...pictures[3]!, degrees: 8 }];
    const { data } = await extractFeatures(wanted, backbone, { ...settings, region: 'without-centre' });
    for (const [i, picture] of wanted.entries()) {
      const expected = await byHand(picture, 'without-centre');
      data.subarray(i * 72, (i + 1) * 72).forEach((value, d) => {
        expect(value).toBeCloseTo(expected[d]!, 4);
      });
    }
    const whole = await extractFeatures(wanted, backbone, { ...settings, region: 'whole' });
    expect(whole.computed).toBe(4);
    expect((await extractFeatures(wanted, backbone, settings)).computed).toBe(0);
  });

  test('only what is missing is computed, whatever the order and the neighbours', async () => {
    const some = await extractFeatures(pictures.slice(5, 12), backbone, settings);
    const all = await extractFeatures([...pictures].reverse(), backbone, settings);
    expect(some.computed).toBe(7);
    expect(all.computed).toBe(13);
    const row = (i: number) => all.data.slice((19 - i) * 72, (20 - i) * 72);
    for (let i = 5; i < 12; i++) expect(row(i)).toEqual(some.data.slice((i - 5) * 72, (i - 4) * 72));
  });

  test('no pictures: no rows', async () => {
    const { data, computed } = await extractFeatures([], backbone, settings);
    expect([data.length, computed]).toEqual([0, 0]);
  });

  test('pictures are known by their bytes, not by their names', async () => {
    await extractFeatures(pictures.slice(0, 2), backbone, settings);
    const moved = path.join(root, 'moved.png');
    writeFileSync(moved, readFileSync(pictures[1]!.file));
    const found = await extractFeatures([{ ...pictures[1]!, file: moved }], backbone, settings);
    expect(found.computed).toBe(0);
  });

  test('a damaged shard is computed again with the same result, and named', async () => {
    const before = await extractFeatures(pictures, backbone, settings);
    const [file] = shards();
    const bytes = readFileSync(file!);
    bytes[bytes.length >> 1]! ^= 64;
    writeFileSync(file!, bytes);
    const notes: Progress[] = [];
    const onProgress = (progress: Progress) => notes.push(progress);
    const after = await extractFeatures(pictures, backbone, settings, { onProgress });
    expect(after.computed).toBe(20);
    expect(after.data).toEqual(before.data);
    expect(notes.filter(({ note }) => note?.includes(file!) && note.includes('damaged'))).toHaveLength(1);
    expect((await extractFeatures(pictures, backbone, settings)).computed).toBe(0);
  });

  test.each<[string, () => Promise<[FrozenBase, FeatureSettings]>]>([
    ['another preprocessing', async () => [backbone, { ...settings, preprocessing: 'scale' }]],
    ['another resize', async () => [backbone, { ...settings, resize: 'cv2' }]],
    ['another pooling', async () => [backbone, { ...settings, pooling: 'mean' }]],
    ['another region', async () => [backbone, { ...settings, region: 'border' }]],
    [
      'another cut',
      async () => [await loadFrozenBase({ name: path.join(root, 'tiny'), cut: 'block1_relu' }), settings],
    ],
    [
      'other weights',
      async () => [
        await loadFrozenBase({ name: await writeTinyBackbone(path.join(root, 'other'), 2), cut: tinyCut }),
        settings,
      ],
    ],
    [
      'other weights at the same place',
      async () => {
        const name = await writeTinyBackbone(path.join(root, 'again'));
        const first = await loadFrozenBase({ name, cut: tinyCut });
        await extractFeatures(pictures.slice(0, 1), first, settings);
        first.dispose();
        await writeTinyBackbone(name, 3);
        return [await loadFrozenBase({ name, cut: tinyCut }), settings];
      },
    ],
  ])('%s does not share', async (_, change) => {
    await extractFeatures(pictures.slice(0, 2), backbone, settings);
    const [other, others] = await change();
    const found = await extractFeatures(pictures.slice(0, 2), other, others);
    expect(found.computed).toBe(2);
    if (other !== backbone) other.dispose();
  });

  test("'own' and the network's own mode by name are the same features", async () => {
    const scaled = { ...backbone, preprocessing: 'scale' as const };
    await extractFeatures(pictures.slice(0, 2), scaled, { ...settings, preprocessing: 'own' });
    const found = await extractFeatures(pictures.slice(0, 2), backbone, {
      ...settings,
      preprocessing: 'scale',
    });
    expect(found.computed).toBe(0);
  });

  /** Enough copies for several shards of 64. */
  const many = () =>
    pictures
      .slice(0, 4)
      .flatMap((picture) => variantsOf({ path: picture.file, sha256: picture.sha256 }, 39, 15, 1));

  test.each<[string, (interrupt: AbortController, reason: Error) => void]>([
    ['a signal', (interrupt, reason) => interrupt.abort(reason)],
    [
      'what is told of progress',
      (_, reason) => {
        throw reason;
      },
    ],
  ])('stopped by %s it keeps what was computed; a rerun computes only the rest', async (_, stop) => {
    const interrupt = new AbortController();
    const reason = new InputError('stop');
    const interrupted = extractFeatures(many(), backbone, settings, {
      signal: interrupt.signal,
      onProgress: ({ done }) => done >= 72 && stop(interrupt, reason),
    });
    await expect(interrupted).rejects.toBe(reason);
    const rest = await extractFeatures(many(), backbone, settings);
    expect(rest.computed).toBe(160 - 72);
    const whole = await extractFeatures(many(), backbone, settings);
    expect(whole.computed).toBe(0);
    expect(leftovers()).toEqual([]);
  });

  test('stopped by its cell’s interrupt it ends between two layers of a pass, not after it', async () => {
    let layers = 0;
    const slow: FrozenBase = {
      ...backbone,
      *inSteps(batch) {
        const steps = backbone.inSteps(batch);
        try {
          for (;;) {
            for (const end = performance.now() + 60; performance.now() < end; );
            const { done, value } = steps.next();
            if (done) return value;
            layers++;
            yield;
          }
        } finally {
          steps.return(undefined as never);
        }
      },
    };
    const cell = new AbortController();
    const reason = new Error('Interrupted');
    const work = runInterruptible(cell.signal, () => extractFeatures(pictures, slow, settings));
    const begun = setInterval(() => layers >= 1 && cell.abort(reason), 1);
    await expect(work).rejects.toBe(reason);
    clearInterval(begun);
    // The tiny network is computed in more steps than that.
    expect(layers).toBeLessThanOrEqual(3);
  });

  test('of more pictures than a block holds: blocks in order, each with what it needs; memory does not grow', async () => {
    // Maps of 6×6×8 at full size; 2,100 rows are three blocks.
    const wanted = Array.from({ length: 2100 }, (_, i) => ({ ...pictures[i % 20]!, degrees: (i % 60) - 30 }));
    const seen: { first: number; rows: number; computed: number; tensors: number }[] = [];
    const all = await extractFeatures(wanted.slice(0, 60), backbone, settings);
    expect(all.computed).toBe(60);
    let first = 0;
    for await (const { pictures: rows, data, computed } of featureBlocks(wanted, backbone, settings)) {
      expect(rows).toEqual(wanted.slice(first, first + rows.length));
      seen.push({ first, rows: data.length / 72, computed, tensors: tf.memory().numTensors });
      for (let i = 0; i < data.length / 72; i += 97) {
        const known = (first + i) % 60;
        expect(data.slice(i * 72, (i + 1) * 72)).toEqual(all.data.slice(known * 72, (known + 1) * 72));
      }
      first += rows.length;
    }
    expect(seen).toEqual([
      { first: 0, rows: 1024, computed: 0, tensors },
      { first: 1024, rows: 1024, computed: 0, tensors },
      { first: 2048, rows: 52, computed: 0, tensors },
    ]);
  });

  test('a block that nobody takes is the end of it: what was computed is kept', async () => {
    const wanted = pictures.flatMap((picture) =>
      variantsOf({ path: picture.file, sha256: picture.sha256 }, 59, 15, 2),
    );
    for await (const { computed } of featureBlocks(wanted, backbone, settings)) {
      expect(computed).toBe(1024);
      break;
    }
    expect((await extractFeatures(wanted, backbone, settings)).computed).toBe(1200 - 1024);
  });

  test('a picture that cannot be read: named; what was computed before it is kept', async () => {
    const broken = path.join(root, 'broken.png');
    writeFileSync(broken, readFileSync(pictures[0]!.file).subarray(0, 200));
    const wanted = [...pictures, { file: broken, sha256: '0'.repeat(64), degrees: 0 }];
    const failure = extractFeatures(wanted, backbone, settings);
    await expect(failure).rejects.toThrow(InputError);
    await expect(failure).rejects.toThrow(broken);
    // 16 of 20: the last four are in the batch of the broken one.
    expect((await extractFeatures(pictures, backbone, settings)).computed).toBe(4);
  });

  test('pictures that cannot be read are told and left out, the others computed; identical ones each', async () => {
    const bytes = readFileSync(pictures[0]!.file).subarray(0, 200);
    const [broken, twin, none] = ['torn.png', 'twin.png', 'none.png'].map((name) => path.join(root, name));
    for (const file of [broken!, twin!]) writeFileSync(file, bytes);
    const wanted = pictures.flatMap((picture, i) => {
      if (i === 3) return [{ file: broken!, sha256: '1'.repeat(64), degrees: 0 }, picture];
      if (i === 12) return [picture, { file: twin!, sha256: '1'.repeat(64), degrees: 0 }];
      return i === 15 ? [picture, { file: none!, sha256: '2'.repeat(64), degrees: 0 }] : [picture];
    });
    const told = new Map<string, string>();
    const onRefused = (file: string, { message }: Error) => told.set(file, message);
    const blocks = [];
    for await (const block of featureBlocks(wanted, backbone, settings, { onRefused })) blocks.push(block);
    expect([...told.keys()]).toEqual([broken, twin, none]);
    for (const [file, message] of told) expect(message).toContain(file);
    expect(blocks).toHaveLength(1);
    expect(blocks[0]!.pictures).toEqual(pictures);
    expect(blocks[0]!.data).toEqual((await extractFeatures(pictures, backbone, settings)).data);
  });

  test('two at once over the same pictures: both right, and the cache whole', async () => {
    const [one, two] = await Promise.all([
      extractFeatures(pictures, backbone, settings),
      extractFeatures([...pictures].reverse(), backbone, settings),
    ]);
    pictures.forEach((_, i) => {
      expect(one.data.slice(i * 72, (i + 1) * 72)).toEqual(two.data.slice((19 - i) * 72, (20 - i) * 72));
    });
    expect((await extractFeatures(pictures, backbone, settings)).computed).toBe(0);
  });
});

describe('variantsOf', () => {
  const picture = { path: '/a.png', sha256: 'a'.repeat(64) };

  test('the picture itself, then copies whose angles follow from seed and bytes alone', () => {
    const variants = variantsOf(picture, 5, 15, 42);
    expect(variants).toHaveLength(6);
    expect(variants[0]!.degrees).toBe(0);
    expect(variants).toEqual(variantsOf({ ...picture }, 5, 15, 42));
    expect(variantsOf({ ...picture, path: '/b.png' }, 5, 15, 42).map(({ degrees }) => degrees)).toEqual(
      variants.map(({ degrees }) => degrees),
    );
    const angles = (xray: typeof picture, seed: number) =>
      variantsOf(xray, 5, 15, seed).map(({ degrees }) => degrees);
    expect(angles(picture, 43)).not.toEqual(angles(picture, 42));
    expect(angles({ ...picture, sha256: 'b'.repeat(64) }, 42)).not.toEqual(angles(picture, 42));
  });

  test('more copies begin with the same ones, so that the cache serves both', () => {
    expect(variantsOf(picture, 9, 15, 42).slice(0, 5)).toEqual(variantsOf(picture, 4, 15, 42));
  });

  test('angles are uniform in ±rotation', () => {
    const angles = variantsOf(picture, 4000, 15, 1)
      .slice(1)
      .map(({ degrees }) => degrees);
    expect(Math.max(...angles)).toBeLessThan(15);
    expect(Math.min(...angles)).toBeGreaterThanOrEqual(-15);
    const mean = angles.reduce((a, b) => a + b) / angles.length;
    const square = angles.reduce((a, b) => a + b * b, 0) / angles.length;
    expect(Math.abs(mean)).toBeLessThan(0.55);
    expect(square / 75).toBeCloseTo(1, 1);
    expect(variantsOf(picture, 2, 0, 1).map(({ degrees }) => degrees || 0)).toEqual([0, 0, 0]);
  });
});
