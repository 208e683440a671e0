import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../lib/core/check';
import { fetchAbsentWeights } from '../../lib/networks/fetch-absent-weights';
import { fetchWeights } from '../../lib/networks/fetch-weights';
import { loadBackbone } from '../../lib/networks/load-backbone';
import type { BackboneName } from '../../lib/networks/names';
import { networks } from '../../lib/networks/table';
import { deadAddress, serveWeights, type WeightsMirror } from './weights-mirror';

const folder = mkdtempSync(path.join(tmpdir(), 'xray-fetch-'));
const mirror = path.join(folder, 'mirror');
let server: WeightsMirror;

beforeAll(async () => {
  server = await serveWeights(mirror);
});
beforeEach(() => {
  server.asked.length = 0;
  rmSync(path.join(folder, 'cache'), { recursive: true, force: true });
  vi.stubEnv('XRAY_WEIGHTS', '');
  vi.stubEnv('XRAY_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('XRAY_WEIGHTS_URL', server.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const cached = () => {
  const weights = path.join(folder, 'cache', 'weights');
  return existsSync(weights) ? readdirSync(weights).filter((name) => !name.startsWith('.')) : [];
};

describe('a download', () => {
  test("brings MobileNet's description and shards, once, and it loads", async () => {
    const file = await fetchWeights('mobilenet');
    expect(file).toBe(path.join(folder, 'cache', 'weights', 'mobilenet_v1_1.0_224', 'model.json'));
    const address = path.posix.dirname(`/${networks.mobilenet.weights.path}`);
    expect(server.asked).toEqual(
      ['model.json', 'group1-shard1of2', 'group1-shard2of2'].map((name) => `${address}/${name}`),
    );
    expect(await fetchWeights('mobilenet')).toBe(file);
    expect(server.asked).toHaveLength(3);
    const { model, weights } = await loadBackbone({ name: 'mobilenet' });
    model.dispose();
    expect(weights).toBe('imagenet');
  });

  test('of two at once is one', async () => {
    const [file, other] = await Promise.all([fetchWeights('mobilenet'), fetchWeights('mobilenet')]);
    expect(other).toBe(file);
    expect(server.asked).toHaveLength(3);
    const weights = readdirSync(path.join(folder, 'cache', 'weights'));
    expect(weights.filter((name) => name.includes('mobilenet'))).toEqual(['mobilenet_v1_1.0_224']);
  });

  // A hotel's network answers every address with a page of its own, once.
  test('of a page instead of the description is not kept: the next one finds the weights', async () => {
    const hotel = createServer((_, response) => response.end('<html>Welcome</html>'));
    await new Promise<void>((resolve) => hotel.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('XRAY_WEIGHTS_URL', `http://127.0.0.1:${(hotel.address() as AddressInfo).port}`);
    await expect(fetchWeights('mobilenet')).rejects.toThrow(
      /model\.json is not the expected file: .* it was removed\. Run it again$/,
    );
    hotel.close();
    vi.stubEnv('XRAY_WEIGHTS_URL', server.url);
    expect(path.basename(await fetchWeights('mobilenet'))).toBe('model.json');
  });

  test('with another checksum is not kept', async () => {
    await expect(fetchWeights('vgg16')).rejects.toThrow(networks.vgg16.weights.path.split('/').pop()!);
    expect(cached()).toEqual([]);
  });

  test('of what is not there fails, and leaves nothing', async () => {
    await expect(fetchWeights('vgg19')).rejects.toThrow(InputError);
    expect(cached()).toEqual([]);
  });
});

describe('weights that are wanted and not here', () => {
  test('are downloaded once, with progress', async () => {
    const stages = new Set<string>();
    await fetchAbsentWeights({ name: 'mobilenet' }, { onProgress: ({ stage }) => stages.add(stage) });
    expect(cached()).toEqual(['mobilenet_v1_1.0_224']);
    expect([...stages]).toContain('download group1-shard1of2');
    await fetchAbsentWeights({ name: 'mobilenet', weights: 'imagenet' });
    expect(server.asked).toHaveLength(3);
  });

  test('are looked for in XRAY_WEIGHTS first', async () => {
    vi.stubEnv('XRAY_WEIGHTS', path.join(mirror, 'tfjs-models', 'tfjs'));
    await fetchAbsentWeights({ name: 'mobilenet' });
    expect(server.asked).toEqual([]);
  });

  test.each([
    { name: 'vgg16', weights: 'random' },
    { name: 'vgg16', weights: '/some/file.h5' },
    { name: 'pixels' },
    { name: 'fractal' },
    { name: '/some/folder' },
  ])('of $name, $weights: nothing is fetched', async (wanted) => {
    await fetchAbsentWeights(wanted);
    expect(server.asked).toEqual([]);
  });

  test('cannot be downloaded: what else can be done, and why not', async () => {
    vi.stubEnv('XRAY_WEIGHTS_URL', await deadAddress());
    const fetching = fetchAbsentWeights({ name: 'resnet50' });
    await expect(fetching).rejects.toThrow(InputError);
    await expect(fetching).rejects.toThrow(
      /no ImageNet weights of ResNet50 here.*--from FILE.*--weights random.*The download failed: .*ECONNREFUSED/s,
    );
  });

  test('an interrupt is no failed download', async () => {
    const reason = new InputError('stop');
    await expect(fetchAbsentWeights({ name: 'vgg19' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('from a file', () => {
  test('MobileNet is copied, under a name that says where it was cut', async () => {
    const own = path.join(folder, 'mobilenet_v1_1.0_224_conv_pw_12');
    const from = path.dirname(path.join(mirror, networks.mobilenet.weights.path));
    mkdirSync(own, { recursive: true });
    for (const name of readdirSync(from))
      writeFileSync(path.join(own, name), readFileSync(path.join(from, name)));
    const file = await fetchWeights('mobilenet', { from: own });
    expect(file).toBe(path.join(folder, 'cache', 'weights', path.basename(own), 'model.json'));
    expect(readdirSync(path.dirname(file)).sort()).toEqual(readdirSync(own).sort());
    expect(server.asked).toEqual([]);
    (await loadBackbone({ name: 'mobilenet' })).model.dispose();
  });

  test('another file than the official one is refused, with both checksums', async () => {
    const from = path.join(folder, 'weights.h5');
    writeFileSync(from, 'other');
    const md5 = createHash('md5').update('other').digest('hex');
    const fetching = fetchWeights('resnet50', { from });
    await expect(fetching).rejects.toThrow(InputError);
    await expect(fetching).rejects.toThrow(`${md5}, not 4d473c1dd8becc155b73f8504c6f6626`);
    expect(cached()).toEqual([]);
  });

  test.each<[BackboneName, string, RegExp]>([
    ['vgg16', path.join(folder, 'nowhere.h5'), /from: .*nowhere.h5 cannot be read/],
    ['vgg16', folder, /has no vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5/],
    ['mobilenet', folder, /there is no model.json at/],
  ])('%s from %s: says what is missing', async (name, from, message) => {
    await expect(fetchWeights(name, { from })).rejects.toThrow(message);
  });
});
