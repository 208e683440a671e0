import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { hashFile } from '../../lib/core/files';
import type { Progress } from '../../lib/core/progress';
import { seededRandom } from '../../lib/core/random';
import { loadPicture } from '../../lib/dataset/load-picture';
import { keepRegion, type Region } from '../../lib/dataset/region';
import { rotate } from '../../lib/dataset/rotate';
import type { Backbone } from '../../lib/networks/backbone';
import { loadFrozenBase } from '../../lib/networks/freeze';
import type { FrozenBase } from '../../lib/networks/frozen-base';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { featureFolder, readRows, writeShard } from '../../lib/transfer/feature-cache';
import type { FeatureSettings } from '../../lib/transfer/feature-settings';
import { extractFeatures } from '../../lib/transfer/features';
import { type PictureToSee, variantsOf } from '../../lib/transfer/picture-variants';
import { freshDist } from '../commands/dist';
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

describe('rows', () => {
  const description = { backbone: 'x', weights: 'y' };
  const rows = (from: number, count: number, dimension = 7) => {
    const random = seededRandom(from);
    return new Map(
      Array.from({ length: count }, (_, i) => [
        `key ${from + i} ü`,
        Float32Array.from({ length: dimension }, () => 1e20 ** random.between(-1, 1)),
      ]),
    );
  };
  const damage = (file: string): void => {
    throw new Error(`${file} called damaged`);
  };
  const read = (keys: Iterable<string>, onDamage = damage) => readRows(description, new Set(keys), onDamage);

  test('come back bit for bit, from one shard or several', async () => {
    const first = rows(0, 100);
    const second = rows(100, 3);
    const special = new Map([
      ['special', Float32Array.of(0, -0, 1e-45, 3.4028234663852886e38, -1.5, 1e-38, 7)],
    ]);
    for (const part of [first, second, special]) await writeShard(description, part);
    const all = new Map([...first, ...second, ...special]);
    const found = await read(all.keys());
    expect(found.size).toBe(104);
    for (const [key, row] of all) {
      expect(Buffer.from(found.get(key)!.slice().buffer).equals(Buffer.from(row.buffer)), key).toBe(true);
    }
    const some = await read(['key 5 ü', 'key 101 ü', 'not there']);
    expect([...some.keys()].sort()).toEqual(['key 101 ü', 'key 5 ü']);
    expect(leftovers()).toEqual([]);
  });

  test('of another description are not found; the order of its entries is nothing', async () => {
    await writeShard(description, rows(0, 2));
    expect((await readRows({ ...description, weights: 'z' }, new Set(['key 0 ü']), damage)).size).toBe(0);
    expect((await readRows({ weights: 'y', backbone: 'x' }, new Set(['key 0 ü']), damage)).size).toBe(1);
    expect(featureFolder({ backbone: '../../etc', weights: 'y' })).toContain(
      path.join(process.env.XRAY_CACHE!, 'features'),
    );
  });

  test.each([
    [
      'a flipped byte',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1]! ^= 1;
        writeFileSync(file, bytes);
      },
    ],
    ['a cut file', (file: string) => truncateSync(file, 100)],
    ['an empty file', (file: string) => truncateSync(file, 0)],
    ['another file under its name', (file: string) => writeFileSync(file, 'not Arrow')],
  ])('%s is named and set aside; other shards are read', async (_, harm) => {
    await writeShard(description, rows(0, 3));
    const [file] = shards();
    await writeShard(description, rows(10, 3));
    harm(file!);
    const damaged: string[] = [];
    const keys = [...rows(0, 3).keys(), ...rows(10, 3).keys()];
    const found = await read(keys, (name) => damaged.push(name));
    expect(damaged).toEqual([file]);
    expect([...found.keys()].sort()).toEqual([...rows(10, 3).keys()].sort());
    expect(shards()).toHaveLength(1);
    expect(readdirSync(path.dirname(file!))).toContain(`${path.basename(file!)}.damaged`);
    expect((await read(keys)).size).toBe(3);
  });

  test('a damaged shard that several readers meet at once harms none of them', async () => {
    await writeShard(description, rows(0, 3));
    const [file] = shards();
    await writeShard(description, rows(10, 3));
    truncateSync(file!, 50);
    const keys = [...rows(0, 3).keys(), ...rows(10, 3).keys()];
    const found = await Promise.all(Array.from({ length: 8 }, () => read(keys, () => undefined)));
    expect(found.map(({ size }) => size)).toEqual(new Array(8).fill(3));
  });

  test('many writers at once: every row is there, none twice in parts', async () => {
    const parts = Array.from({ length: 12 }, (_, i) => rows(i * 10, 10));
    // The same shard by several of them, too.
    await Promise.all([...parts, ...parts.slice(0, 4)].map((part) => writeShard(description, part)));
    const keys = parts.flatMap((part) => [...part.keys()]);
    expect((await read(keys)).size).toBe(120);
    expect(shards()).toHaveLength(12);
    expect(leftovers()).toEqual([]);
  });
});

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
    bytes[bytes.length - 300]! ^= 64;
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

  test('an interrupt keeps what was computed; a rerun computes only the rest', async () => {
    const interrupt = new AbortController();
    const reason = new InputError('stop');
    const interrupted = extractFeatures(many(), backbone, settings, {
      signal: interrupt.signal,
      onProgress: ({ done }) => done >= 72 && interrupt.abort(reason),
    });
    await expect(interrupted).rejects.toBe(reason);
    const rest = await extractFeatures(many(), backbone, settings);
    expect(rest.computed).toBe(160 - 72);
    const whole = await extractFeatures(many(), backbone, settings);
    expect(whole.computed).toBe(0);
    expect(leftovers()).toEqual([]);
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

describe('a process killed while it extracts', () => {
  test('leaves whole shards only, which the next run uses', async () => {
    await freshDist();
    // Shards are written as they come, then the process dies without a word.
    const script = path.join(root, 'kill.cjs');
    const rows = "new Map(Array.from({length: 8}, (_, k) => [i + ' ' + k, new Float32Array(5000).fill(i)]))";
    writeFileSync(
      script,
      `const { writeShard } = require(${JSON.stringify(path.resolve('dist/transfer/feature-cache.js'))});
       (async () => { for (let i = 0; ; i++) { await writeShard({ backbone: 'k' }, ${rows}); process.send(i); } })();`,
    );
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: process.env,
    });
    let written = -1;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (i: number) => {
        written = i;
        if (i === 6) setTimeout(() => child.kill('SIGKILL'), 3);
      });
      child.on('exit', () => (written >= 6 ? resolve() : reject(new Error('it died by itself'))));
    });
    const keys = new Set(
      Array.from({ length: (written + 1) * 8 }, (_, n) => `${Math.floor(n / 8)} ${n % 8}`),
    );
    const found = await readRows({ backbone: 'k' }, keys, (file) => {
      throw new Error(`${file} is damaged`);
    });
    expect(found.size).toBe(keys.size);
    expect([...found].every(([key, row]) => row.every((x) => x === Number(key.split(' ')[0])))).toBe(true);
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
