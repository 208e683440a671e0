import {
  cpSync,
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
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { sha256 } from '../../lib/core/files';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { splitDataset } from '../../lib/dataset/split-dataset';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { featureFolder } from '../../lib/transfer/feature-folder';
import { openFeatureStore } from '../../lib/transfer/feature-store';
import { loadModel } from '../../lib/transfer/load-model';
import { readExport } from '../../lib/transfer/read-export';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { writeClassFolders } from '../transfer/class-folders';
import { tinyCut, writeTinyBackbone } from '../transfer/tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-models-'));
const at = (...parts: string[]) => path.join(root, ...parts);
let copies = 0;
let picture: string;

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', at('cache'));
  await writeTinyBackbone(at('tiny'));
  const xrays = await loadDataset(await writeClassFolders(at('data'), ['covid', 'normal'], 12));
  picture = xrays[0]!.path;
  const split = splitDataset(xrays, { test: 0.3, validation: 0.2, seed: 1 });
  const model = await transferLearn(split, { backbone: at('tiny'), cut: tinyCut, epochs: 2 });
  await model.save(at('model'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: anything may be put into these files
type Json = any;

function copyOf(folder: string, change: (at: (name: string) => string) => void): string {
  const copy = at(`copy-${copies++}`);
  cpSync(at(folder), copy, { recursive: true });
  change((name) => path.join(copy, name));
  return copy;
}

function changeJson(file: string, change: (json: Json) => void): void {
  const json = JSON.parse(readFileSync(file, 'utf8'));
  change(json);
  writeFileSync(file, JSON.stringify(json));
}

/** Lets the manifest say what the files are now, as whoever means harm would. */
function sign(to: (name: string) => string): void {
  changeJson(to('manifest.json'), (manifest) => {
    for (const name of Object.keys(manifest.files)) {
      const bytes = readFileSync(to(name));
      manifest.files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
    }
  });
}

const weightsOf = (json: Json): Json[] => json.weightsManifest[0].weights;

/** Awaits the refusal of a piece of work. @returns its words, and by how many bytes memory grew meanwhile */
async function refusal(work: () => Promise<unknown>): Promise<{ words: string; grown: number }> {
  const before = process.memoryUsage().rss;
  const error = await work().then(
    () => new Error('nothing was refused'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return { words: error.message, grown: process.memoryUsage().rss - before };
}

const little = 100_000_000;
const deep = `${'['.repeat(2e5)}${']'.repeat(2e5)}`;

describe('a model folder from elsewhere', () => {
  test.each<[string, (to: (name: string) => string) => void, RegExp]>([
    [
      'weights of 1.9 GB that are described nowhere',
      (to) => {
        truncateSync(to('weights.bin'), 1_900_000_000);
        changeJson(to('manifest.json'), (m) => (m.files['weights.bin'].bytes = 1_900_000_000));
      },
      /model\.json describes \d+ bytes of weights, its manifest 1900000000/,
    ],
    [
      'weights of 500 MB that are described',
      (to) => {
        truncateSync(to('weights.bin'), 500_000_000);
        changeJson(to('model.json'), (m) =>
          weightsOf(m).push({ name: 'x', shape: [125_000_000], dtype: 'float32' }),
        );
        changeJson(to('model.json'), (m) => {
          weightsOf(m).splice(0, weightsOf(m).length - 1);
        });
        const bytes = readFileSync(to('model.json'));
        changeJson(to('manifest.json'), (m) => {
          m.files['model.json'] = { bytes: bytes.length, sha256: sha256(bytes) };
          m.files['weights.bin'].bytes = 500_000_000;
        });
      },
      /weights\.bin has other bytes/,
    ],
    [
      'more than two gigabytes',
      (to) => changeJson(to('manifest.json'), (m) => (m.files['weights.bin'].bytes = 3_000_000_000)),
      /manifest\.json is not what this version writes/,
    ],
    [
      'shapes beyond all files',
      (to) => {
        changeJson(to('model.json'), (m) => (weightsOf(m)[0].shape = [1e9, 1e9]));
        sign(to);
      },
      /model\.json describes 4\.?\d*e\+18 bytes|model\.json describes 4\d+ bytes/,
    ],
    [
      'shapes of other ranks',
      (to) => {
        changeJson(to('model.json'), (m) => weightsOf(m)[0].shape.push(1));
        sign(to);
      },
      /the shapes of head_1 .* do not fit/,
    ],
    [
      'a manifest without an end',
      (to) => truncateSync(to('manifest.json'), 300_000_000),
      /manifest\.json has 300000000 bytes; such a file of more than 256000000 is not read/,
    ],
    [
      'lists within lists',
      (to) => {
        writeFileSync(to('model.json'), deep);
        sign(to);
      },
      /is not a tfjs layers-model/,
    ],
    [
      'a folder in the place of a file',
      (to) => {
        rmSync(to('manifest.json'));
        mkdirSync(to('manifest.json'));
      },
      /manifest\.json is no file/,
    ],
    ['cut weights', (to) => truncateSync(to('weights.bin'), 100), /weights\.bin has 100 bytes/],
    [
      'a changed weight',
      (to) => {
        const bytes = readFileSync(to('weights.bin'));
        bytes[5]! ^= 1;
        writeFileSync(to('weights.bin'), bytes);
      },
      /weights\.bin has other bytes/,
    ],
  ])('%s: refused in a sentence, before memory is taken', async (_, change, says) => {
    const folder = copyOf('model', change);
    const { words, grown } = await refusal(() => loadModel(folder));
    expect(words).toMatch(says);
    expect(grown).toBeLessThan(little);
  });

  test('a head that takes other features than its base gives is refused when it is used', async () => {
    const folder = copyOf('model', (to) => {
      changeJson(to('model.json'), (m) => {
        const kernel = weightsOf(m).find(({ name }) => name === 'head_1/kernel');
        kernel.shape = [kernel.shape[0] / 2, kernel.shape[1]];
        weightsOf(m).push({ name: 'rest', shape: kernel.shape, dtype: 'float32' });
        // The rest in between would shift the bias.
        weightsOf(m).sort((a: Json, b: Json) => Number(a.name === 'rest') - Number(b.name === 'rest'));
      });
      sign(to);
    });
    const model = await loadModel(folder);
    const { words } = await refusal(() => model.predict([picture]));
    expect(words).toMatch(/model\.json takes \d+ features, .* gives \d+/);
  });

  test('names like those of every object change nothing', async () => {
    const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},';
    const folder = copyOf('model', (to) => {
      for (const name of ['manifest.json', 'run.json', 'model.json'])
        writeFileSync(to(name), readFileSync(to(name), 'utf8').replace('{', poison));
      sign(to);
    });
    const model = await loadModel(folder);
    expect((await model.predict([picture]))[0]!.label).toMatch(/covid|normal/);
    expect(({} as Json).polluted).toBeUndefined();
  });
});

describe('a network from elsewhere', () => {
  const load = (folder: string) => () => loadBackbone({ name: folder, cut: tinyCut });
  const layerNamed = (json: Json, name: string): Json =>
    json.modelTopology.config.layers.find((layer: Json) => layer.config.name === name);

  test.each<[string, (to: (name: string) => string) => void, RegExp]>([
    [
      'a shard of 1.9 GB',
      (to) => truncateSync(to('weights.bin'), 1_900_000_000),
      /weights\.bin: 1900000000 bytes where model\.json describes \d+/,
    ],
    [
      'a shard of 3 GB that is described',
      (to) => {
        truncateSync(to('weights.bin'), 3_000_000_000);
        changeJson(to('model.json'), (m) => {
          m.weightsManifest[0].weights = [{ name: 'x', shape: [750_000_000], dtype: 'float32' }];
        });
      },
      /3000000000 bytes; a model of more than 2000000000 is not read/,
    ],
    [
      'shapes beyond all files',
      (to) => changeJson(to('model.json'), (m) => (weightsOf(m)[0].shape = [1e9, 1e9])),
      /bytes where model\.json describes/,
    ],
    [
      'a shard elsewhere',
      (to) => changeJson(to('model.json'), (m) => (m.weightsManifest[0].paths = ['../tiny/weights.bin'])),
      /a plain file name is needed/,
    ],
    [
      'a shard that is the folder above',
      (to) => changeJson(to('model.json'), (m) => (m.weightsManifest[0].paths = ['..'])),
      /is no file/,
    ],
    ['lists within lists', (to) => writeFileSync(to('model.json'), deep), /is not the model\.json/],
    [
      'a topology of lists within lists',
      (to) =>
        writeFileSync(
          to('model.json'),
          readFileSync(to('model.json'), 'utf8').replace(
            '"modelTopology":{',
            `"modelTopology":{"deep":${deep},`,
          ),
        ),
      /cannot be built|is not the model\.json/,
    ],
  ])('%s: refused in a sentence, before memory is taken', async (_, change, says) => {
    const { words, grown } = await refusal(load(copyOf('tiny', change)));
    expect(words).toMatch(says);
    expect(grown).toBeLessThan(little);
  });

  test('layers larger than their weights take no memory either', async () => {
    await tensorflow();
    const folder = copyOf('tiny', (to) =>
      changeJson(to('model.json'), (m) => {
        layerNamed(m, 'block1_conv').config.filters = 20_000_000;
      }),
    );
    const { grown } = await refusal(load(folder));
    expect(grown).toBeLessThan(4 * little);
  });

  test.each(['Lambda', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'Function'])(
    'a layer of the class %s runs no code',
    async (className) => {
      const code = 'globalThis.owned = 1';
      const folder = copyOf('tiny', (to) =>
        changeJson(to('model.json'), (m) => {
          const layer = layerNamed(m, 'block1_relu');
          layer.class_name = className;
          Object.assign(layer.config, { function: code, module: code, arguments: [code], code });
        }),
      );
      const { words } = await refusal(load(folder));
      expect(words).toMatch(/cannot be built/);
      expect((globalThis as Json).owned).toBeUndefined();
      expect(({} as Json).polluted).toBeUndefined();
    },
  );
});

test('an exported model whose description is endless, or names files elsewhere, is refused', async () => {
  mkdirSync(at('export'));
  const file = at('export', 'xray-transfer.json');
  writeFileSync(
    file,
    JSON.stringify({ exportVersion: 1, files: { '../secret.bin': { bytes: 1, sha256: '0'.repeat(64) } } }),
  );
  expect((await refusal(() => readExport(at('export')))).words).toMatch(/is not what this version writes/);
  truncateSync(file, 300_000_000);
  expect((await refusal(() => readExport(at('export')))).words).toMatch(
    /such a file of more than 256000000 is not read/,
  );
});

describe('a cache from elsewhere', () => {
  const description = { backbone: 'x', weights: 'y' };
  const keys = ['a', 'b'];

  test.each<[string, (manifest: Json) => void]>([
    ['rows of a thousand million numbers', (m) => (m.dimension = 1e9)],
    ['rows of fewer numbers', (m) => (m.dimension = 1)],
    ['rows of negative length', (m) => (m.dimension = -4)],
    ['an offset behind the end', (m) => (m.offset = 2 ** 50)],
    ['a negative offset', (m) => (m.offset = -8)],
    ['keys that are no text', (m) => (m.keys = [{}, {}])],
    [
      'a hundred thousand keys more',
      (m) => (m.keys = [...m.keys, ...Array.from({ length: 1e5 }, (_, i) => `k${i}`)]),
    ],
    ['no checksums', (m) => (m.digests = '')],
  ])('%s: it is set aside, and its pictures are computed again', async (_, change) => {
    vi.stubEnv('XRAY_CACHE', at(`cache-${copies++}`));
    const store = await openFeatureStore(description, { weightsFrom: '' }, new Set(keys), () => undefined);
    await store.add(new Map(keys.map((key) => [key, new Float32Array(4).fill(1)])));
    await store.close();
    const folder = featureFolder(description);
    const name = readdirSync(folder).find((entry) => /^[0-9a-f]{64}\.json$/.test(entry))!;
    changeJson(path.join(folder, name), change);
    const damaged: string[] = [];
    const before = process.memoryUsage().rss;
    const again = await openFeatureStore(description, { weightsFrom: '' }, new Set(keys), (file) =>
      damaged.push(file),
    );
    const lost = await again.read(keys, new Float32Array(8));
    await again.close();
    expect(keys.every((key) => lost.has(key) || !again.has(key))).toBe(true);
    expect(damaged).toHaveLength(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(little * 4);
    vi.stubEnv('XRAY_CACHE', at('cache'));
  });
});
