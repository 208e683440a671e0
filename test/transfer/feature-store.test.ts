import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { clearFeatures, evict, listFeatures } from '../../lib/transfer/feature-cache';
import { type FeatureDescription, featureFolder, inOrigin } from '../../lib/transfer/feature-folder';
import { type FeatureRows, placeDescription, writeShard } from '../../lib/transfer/feature-shard';
import { openFeatureStore } from '../../lib/transfer/feature-store';
import { clearKeptBases, listKeptBases } from '../../lib/transfer/kept-bases';
import { pythonWith } from '../networks/peers';

const root = mkdtempSync(path.join(tmpdir(), 'xray-store-'));
let caches = 0;
beforeEach(() => {
  // Each test has a cache of its own.
  vi.stubEnv('XRAY_CACHE', path.join(root, `cache-${caches++}`));
  vi.stubEnv('XRAY_CACHE_LIMIT', '');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const description: FeatureDescription = { backbone: 'x', weights: 'y' };
const about = { weightsFrom: 'random' };
const dimension = 700;
const rows = (from: number, count: number, length = dimension): Map<string, Float32Array> => {
  const random = seededRandom(from);
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `key ${from + i} ü`,
      Float32Array.from({ length }, () => 1e20 ** random.between(-1, 1)),
    ]),
  );
};
const damage = (file: string): void => {
  throw new Error(`${file} called damaged`);
};
const open = (keys: Iterable<string>, onDamage = damage, of = description) =>
  openFeatureStore(of, about, new Set(keys), onDamage);

async function write(part: FeatureRows, of = description): Promise<void> {
  const store = await open(part.keys(), damage, of);
  await store.add(part);
  await store.close();
}

/** The rows of these keys that the cache has. */
async function read(
  keys: Iterable<string>,
  { onDamage = damage, of = description, length = dimension } = {},
) {
  const wanted = [...keys];
  const store = await open(wanted, onDamage, of);
  const known = wanted.filter((key) => store.has(key));
  const data = new Float32Array(known.length * length);
  const lost = await store.read(known, data);
  await store.close();
  const found = known.map((key, i) => [key, data.slice(i * length, (i + 1) * length)] as const);
  return new Map(found.filter(([key]) => !lost.has(key)));
}

const files = (ending: string, of = description): string[] => {
  const folder = featureFolder(of);
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
};
const shards = (of = description) => files('.arrow', of);
const bits = (row: Float32Array) => Buffer.from(row.slice().buffer);

describe('rows', () => {
  test('come back bit for bit, from one shard or several, in the order asked for', async () => {
    const first = rows(0, 100, 7);
    const second = rows(100, 3, 7);
    const special = new Map([
      ['special', Float32Array.of(0, -0, 1e-45, 3.4028234663852886e38, -1.5, 1e-38, 7)],
    ]);
    for (const part of [first, second, special]) await write(part);
    const all = new Map([...second, ...first, ...special]);
    const found = await read(all.keys(), { length: 7 });
    expect([...found.keys()]).toEqual([...all.keys()]);
    for (const [key, row] of all) expect(bits(found.get(key)!).equals(bits(row)), key).toBe(true);
    const some = await read(['key 5 ü', 'key 101 ü', 'not there'], { length: 7 });
    expect([...some.keys()]).toEqual(['key 5 ü', 'key 101 ü']);
    expect(files('.tmp')).toEqual([]);
  });

  test('of an origin are kept apart from all others, and listed with it', async () => {
    const [own, other] = [rows(0, 2), rows(0, 2)];
    for (const row of other.values()) row[0] = 1;
    await write(own);
    expect((await inOrigin({ group: 'g' }, () => read(own.keys()))).size).toBe(0);
    await inOrigin({ group: 'g' }, () => write(other));
    const [a, b] = [await read(own.keys()), await inOrigin({ group: 'g' }, () => read(own.keys()))];
    for (const [key, row] of own) expect(bits(a.get(key)!).equals(bits(row))).toBe(true);
    for (const [key, row] of other) expect(bits(b.get(key)!).equals(bits(row))).toBe(true);
    expect((await listFeatures()).map(({ settings }) => settings.group)).toEqual(
      expect.arrayContaining([undefined, 'g']),
    );
  });

  test('can be read before they are written, and asked for twice', async () => {
    const part = rows(0, 3, 4);
    const [a, b, c] = [...part.keys()] as [string, string, string];
    await write(new Map([[c, part.get(c)!]]));
    const store = await open(part.keys());
    await store.add(new Map([[a, part.get(a)!]]));
    expect([a, b, c].map((key) => store.has(key))).toEqual([true, false, true]);
    const data = new Float32Array(20);
    expect([...(await store.read([c, a, b, c, a], data))]).toEqual([b]);
    const zeros = new Float32Array(4);
    expect(data).toEqual(
      Float32Array.of(...part.get(c)!, ...part.get(a)!, ...zeros, ...part.get(c)!, ...part.get(a)!),
    );
    await store.close();
  });

  test('of another description are not found; the order of its entries is nothing', async () => {
    await write(rows(0, 2));
    expect((await read(['key 0 ü'], { of: { ...description, weights: 'z' } })).size).toBe(0);
    expect((await read(['key 0 ü'], { of: { weights: 'y', backbone: 'x' } })).size).toBe(1);
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
    ['a file cut at its end', (file: string) => truncateSync(file, statSync(file).size - 1000)],
    ['an empty file', (file: string) => truncateSync(file, 0)],
    ['another file under its name', (file: string) => writeFileSync(file, 'not Arrow')],
    [
      'a manifest that is none',
      (file: string) => writeFileSync(file.replace('arrow', 'json'), '{"version":1,'),
    ],
    [
      'a manifest that says another key',
      (file: string) => {
        const manifest = file.replace('arrow', 'json');
        writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('key 1 ', 'key 9 '));
      },
    ],
  ])('%s is named and set aside; other shards are read', async (_, harm) => {
    await write(rows(0, 3));
    const [file] = shards();
    await write(rows(10, 3));
    harm(file!);
    const damaged: string[] = [];
    const keys = [...rows(0, 3).keys(), ...rows(10, 3).keys(), 'key 9 ü'];
    const found = await read(keys, { onDamage: (name) => damaged.push(name) });
    expect(damaged).toEqual([file]);
    for (const [key, row] of found)
      expect(bits(row)).toEqual(bits((rows(0, 3).get(key) ?? rows(10, 3).get(key))!));
    expect([...found.keys()]).toEqual(expect.arrayContaining([...rows(10, 3).keys()]));
    expect(shards()).toHaveLength(1);
    expect(files('.damaged')).toEqual([`${file}.damaged`]);
    const again = await read(keys);
    expect([...again.keys()].sort()).toEqual([...rows(10, 3).keys()].sort());
  });

  test('a shard without its manifest, as a killed process leaves it, does not count', async () => {
    await write(rows(0, 3));
    rmSync(files('.json').find((name) => !name.endsWith('description.json'))!);
    expect((await read(rows(0, 3).keys())).size).toBe(0);
    await write(rows(0, 3));
    expect((await read(rows(0, 3).keys())).size).toBe(3);
  });

  test('a damaged shard that several readers meet at once harms none of them', async () => {
    await write(rows(0, 3));
    const [file] = shards();
    await write(rows(10, 3));
    truncateSync(file!, 50);
    const keys = [...rows(0, 3).keys(), ...rows(10, 3).keys()];
    const found = await Promise.all(
      Array.from({ length: 8 }, () => read(keys, { onDamage: () => undefined })),
    );
    expect(found.map(({ size }) => size)).toEqual(new Array(8).fill(3));
  });

  test('many writers at once: every row is there, none twice in parts', async () => {
    const parts = Array.from({ length: 12 }, (_, i) => rows(i * 10, 10));
    // The same shard by several of them, too.
    await Promise.all([...parts, ...parts.slice(0, 4)].map((part) => write(part)));
    const keys = parts.flatMap((part) => [...part.keys()]);
    expect((await read(keys)).size).toBe(120);
    expect(shards()).toHaveLength(12);
    expect(files('.tmp')).toEqual([]);
  });

  test('a folder that cannot be written is named, with what to do', async () => {
    writeFileSync(process.env.XRAY_CACHE!, 'a file where the folder should be');
    await expect(write(rows(0, 2))).rejects.toThrow(
      /cannot be kept: .*description\.json cannot be written.*XRAY_CACHE/,
    );
  });
});

describe('a cache of many shards', () => {
  /** Shards of 20 MB: none is small, and none is merged. */
  const large = (from: number) =>
    new Map(
      Array.from({ length: 40 }, (_, i) => [`key ${from + i}`, new Float32Array(125_000).fill(from + i)]),
    );

  test('is looked through by manifests; only the rows that are wanted are read', async () => {
    for (let i = 0; i < 3; i++) await write(large(100 * i));
    const [intact, ...others] = shards();
    const { keys } = JSON.parse(readFileSync(intact!.replace('arrow', 'json'), 'utf8'));
    // Whoever read them would find them damaged.
    for (const file of others) truncateSync(file, 0);
    const bytes = readFileSync(intact!);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(intact!, bytes);
    const found = await read([keys[1], keys[2], keys[38]], { length: 125_000 });
    const [from] = /\d+/.exec(keys[0])!;
    for (const [key, row] of found) expect(bits(row).equals(bits(large(Number(from)).get(key)!))).toBe(true);
    expect(found.size).toBe(3);
  });

  test('that are small are merged, and every row stays', async () => {
    const parts = Array.from({ length: 40 }, (_, i) => rows(i * 10, 1 + (i % 3)));
    for (const part of parts) await write(part);
    expect(shards().length).toBeLessThan(33);
    const all = new Map(parts.flatMap((part) => [...part]));
    const found = await read(all.keys());
    expect(found.size).toBe(all.size);
    for (const [key, row] of all) expect(bits(found.get(key)!).equals(bits(row))).toBe(true);
    expect(readdirSync(featureFolder(description)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a reader whose shards are merged meanwhile finds the rows where they are now', async () => {
    const parts = Array.from({ length: 32 }, (_, i) => rows(i * 10, 1));
    for (const part of parts) await write(part);
    const all = new Map(parts.flatMap((part) => [...part]));
    const reader = await open(all.keys());
    await write(rows(1000, 1));
    expect(shards().length).toBeLessThan(5);
    const data = new Float32Array(32 * dimension);
    expect((await reader.read([...all.keys()], data)).size).toBe(0);
    [...all.values()].forEach((row, i) => {
      expect(bits(data.subarray(i * dimension, (i + 1) * dimension)).equals(bits(row))).toBe(true);
    });
  });
});

describe('the limit', () => {
  const other = (n: number): FeatureDescription => ({ backbone: `network-${n}`, weights: 'y' });
  const ago = (minutes: number, of: FeatureDescription) => {
    const then = Date.now() / 1000 - 60 * minutes;
    for (const file of files('', of)) utimesSync(file, then, then);
  };

  test('what was used longest ago goes first; what this work uses stays', async () => {
    for (let n = 0; n < 4; n++) {
      await write(rows(0, 100), other(n));
      ago([10, 40, 30, 20][n]!, other(n));
    }
    // Used again: not the oldest any more.
    await read(rows(0, 1).keys(), { of: other(1) });
    const sizes = (await listFeatures()).map(({ bytes }) => bytes);
    expect(new Set(sizes).size).toBe(1);
    vi.stubEnv('XRAY_CACHE_LIMIT', String((3.5 * sizes[0]!) / 1e9));
    await write(rows(0, 100), other(4));
    expect((await listFeatures()).map(({ network }) => network)).toEqual([
      'network-0',
      'network-1',
      'network-4',
    ]);
    vi.stubEnv('XRAY_CACHE_LIMIT', '0');
    await write(rows(0, 100), other(5));
    expect((await listFeatures()).map(({ network }) => network)).toEqual([
      'network-1',
      'network-4',
      'network-5',
    ]);
    expect((await read(rows(0, 100).keys(), { of: other(5) })).size).toBe(100);
  });

  test('leftovers of killed processes and what was set aside go too', async () => {
    await write(rows(0, 3), other(0));
    for (const name of [`.${'a'.repeat(64)}.arrow.1-2.tmp`, `${'b'.repeat(64)}.arrow.damaged`])
      writeFileSync(path.join(featureFolder(other(0)), name), new Uint8Array(5000));
    ago(30, other(0));
    vi.stubEnv('XRAY_CACHE_LIMIT', '0.000001');
    await write(rows(0, 3), other(1));
    expect(readdirSync(path.dirname(featureFolder(other(0))))).toEqual([
      path.basename(featureFolder(other(1))),
    ]);
  });

  test('is for fine-tuned bases and statistics of batch norm too: listed, evicted by age, cleared', async () => {
    const at = (...parts: string[]) => path.join(process.env.XRAY_CACHE!, ...parts);
    const keep = (file: string, bytes: number, minutes: number) => {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, new Uint8Array(bytes));
      const then = Date.now() / 1000 - 60 * minutes;
      utimesSync(file, then, then);
    };
    keep(at('fine-tuned', 'old', 'weights.bin'), 5000, 30);
    keep(at('fine-tuned', 'new', 'weights.bin'), 3000, 10);
    keep(at('batch-norm', 'a.bin'), 1000, 20);
    expect(await listKeptBases()).toMatchObject([
      { kind: 'fine-tuned', path: at('fine-tuned', 'new'), bytes: 3000 },
      { kind: 'fine-tuned', path: at('fine-tuned', 'old'), bytes: 5000 },
      { kind: 'batch-norm', path: at('batch-norm', 'a.bin'), bytes: 1000 },
    ]);
    const [{ bytes }] = (await write(rows(0, 3), other(0)).then(listFeatures)) as [{ bytes: number }];
    vi.stubEnv('XRAY_CACHE_LIMIT', String((2 * bytes + 4500) / 1e9));
    await write(rows(0, 3), other(1));
    expect((await listKeptBases()).map((base) => path.basename(base.path))).toEqual(['new', 'a.bin']);
    expect(await listFeatures()).toHaveLength(2);
    expect(await clearKeptBases()).toEqual({ folders: 2, bytes: 4000 });
    expect(await listKeptBases()).toEqual([]);
  });

  test('kept by another process, which removes folders before a file is in them: they are made again', async () => {
    let done = false;
    const keeping = (async () => {
      while (!done) await evict(0, Date.now() - 60_000);
    })();
    try {
      for (let i = 0; i < 100; i++) {
        const folder = featureFolder({ backbone: `x${i}`, weights: 'y' });
        await placeDescription(folder, about);
        await writeShard(folder, rows(i, 1, 4));
        expect(readdirSync(folder).filter((name) => name.endsWith('.arrow'))).toHaveLength(1);
      }
    } finally {
      done = true;
      await keeping;
    }
  });

  test('is checked', async () => {
    vi.stubEnv('XRAY_CACHE_LIMIT', 'much');
    await expect(write(rows(0, 3))).rejects.toThrow(/XRAY_CACHE_LIMIT is NaN; it must be a number from 0/);
  });
});

describe('the list', () => {
  test('says network, weights, settings, pictures, size and last use; one network or all are cleared', async () => {
    const of = {
      version: 2,
      backbone: 'vgg16',
      weights: 'f'.repeat(64),
      cut: 'block5_pool',
      pooling: 'mean',
    };
    await write(rows(0, 10), of);
    await write(rows(5, 10), of);
    await write(rows(0, 1), { ...of, backbone: 'mobilenet' });
    const [mobilenet, vgg16] = await listFeatures();
    expect(mobilenet).toMatchObject({ network: 'mobilenet', pictures: 1 });
    expect(vgg16).toMatchObject({
      network: 'vgg16',
      cut: 'block5_pool',
      weights: 'random',
      weightsHash: 'f'.repeat(64),
      settings: { pooling: 'mean' },
      pictures: 15,
    });
    expect(vgg16!.bytes).toBe(
      files('', of)
        .filter((file) => !file.endsWith('description.json'))
        .reduce((sum, file) => sum + statSync(file).size, 0),
    );
    expect(Date.now() - vgg16!.lastUsed.getTime()).toBeLessThan(60_000);
    // What a disk has spoilt is counted, and can be removed.
    writeFileSync(path.join(vgg16!.folder, 'description.json'), '{"backb');
    const spoilt = (await listFeatures()).find(({ folder }) => folder === vgg16!.folder)!;
    expect(spoilt).toMatchObject({
      network: path.basename(vgg16!.folder),
      pictures: 15,
      bytes: vgg16!.bytes,
    });
    writeFileSync(
      path.join(vgg16!.folder, 'description.json'),
      JSON.stringify({ ...of, weightsFrom: 'random' }),
    );
    await expect(clearFeatures('vgg19')).rejects.toThrow('features of mobilenet, vgg16');
    expect(await clearFeatures('vgg16')).toEqual({ folders: 1, bytes: vgg16!.bytes });
    expect((await listFeatures()).map(({ network }) => network)).toEqual(['mobilenet']);
    expect((await clearFeatures()).folders).toBe(1);
    expect(await listFeatures()).toEqual([]);
  });
});

describe('a process killed while it writes', () => {
  test('leaves whole shards only, which the next run uses', async () => {
    // Shards are written as they come, then the process dies without a word.
    const script = path.join(root, 'kill.cjs');
    const library = (name: string) => JSON.stringify(path.resolve('dist', 'transfer', name));
    const part = "new Map(Array.from({length: 8}, (_, k) => [i + ' ' + k, new Float32Array(5000).fill(i)]))";
    writeFileSync(
      script,
      `const { writeShard } = require(${library('feature-shard.js')});
       const { featureFolder } = require(${library('feature-folder.js')});
       (async () => { for (let i = 0; ; i++) { await writeShard(featureFolder({ backbone: 'k' }), ${part}); process.send(i); } })();`,
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
    const keys = Array.from({ length: (written + 1) * 8 }, (_, n) => `${Math.floor(n / 8)} ${n % 8}`);
    const found = await read(keys, { of: { backbone: 'k' }, length: 5000 });
    expect(found.size).toBe(keys.length);
    expect([...found].every(([key, row]) => row.every((x) => x === Number(key.split(' ')[0])))).toBe(true);
  });
});

describe('two processes at once', () => {
  test('write the same and other rows, small shards enough to be merged by both: all are there', async () => {
    const library = JSON.stringify(path.resolve('dist', 'transfer', 'feature-store.js'));
    const script = (first: number) => `
      const { openFeatureStore } = require(${library});
      (async () => {
        for (let i = ${first}; i < ${first} + 40; i++) {
          const rows = new Map([['row ' + i, new Float32Array(100).fill(i)]]);
          const store = await openFeatureStore({ backbone: 'two' }, { weightsFrom: '' }, new Set(rows.keys()), console.error);
          await store.add(rows);
          await store.close();
        }
      })();`;
    const run = (first: number) =>
      new Promise<number | null>((resolve) =>
        spawn(process.execPath, ['-e', script(first)], { stdio: 'inherit' }).on('exit', resolve),
      );
    expect(await Promise.all([run(0), run(20)])).toEqual([0, 0]);
    const keys = Array.from({ length: 60 }, (_, i) => `row ${i}`);
    const found = await read(keys, { of: { backbone: 'two' }, length: 100 });
    expect(found.size).toBe(60);
    expect([...found].every(([key, row]) => row.every((x) => `row ${x}` === key))).toBe(true);
  });
});

const python = pythonWith('pyarrow', 'numpy');
describe.skipIf(!python)('pyarrow (npm run setup -- --peers; skipped where it is absent)', () => {
  test('reads a shard as it lies, and its name is its SHA-256', async () => {
    const part = rows(0, 5, 8);
    await write(part);
    const [file] = shards();
    const script = `
import hashlib, json, sys
import pyarrow as pa
with pa.memory_map(sys.argv[1]) as source:
    table = pa.ipc.open_file(source).read_all()
    features = table["features"].combine_chunks()
    matrix = features.flatten().to_numpy(zero_copy_only=True).reshape(len(table), -1)
    print(json.dumps({
        "schema": [str(field.type) for field in table.schema],
        "keys": table["key"].to_pylist(),
        "shape": matrix.shape,
        "bytes": matrix.tobytes().hex(),
        "sha256": hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest(),
    }))`;
    const seen = JSON.parse(execFileSync(python!, ['-c', script, file!], { encoding: 'utf8' }));
    expect(seen).toEqual({
      schema: ['string', 'fixed_size_list<item: float not null>[8]'],
      keys: [...part.keys()],
      shape: [5, 8],
      bytes: Buffer.concat([...part.values()].map(bits)).toString('hex'),
      sha256: path.basename(file!, '.arrow'),
    });
  });
});
