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
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { io } from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../lib/core/check';
import { fetchWeights } from '../../lib/networks/fetch-weights';
import { loadBackbone } from '../../lib/networks/load-backbone';
import type { BackboneName } from '../../lib/networks/names';
import { networks } from '../../lib/networks/table';

const folder = mkdtempSync(path.join(tmpdir(), 'xray-fetch-'));
const mirror = path.join(folder, 'mirror');
let server: Server;
let asked: string[] = [];

/** A mirror with MobileNet (random numbers, two shards) and a file in VGG16's place that is not VGG16. */
async function fillMirror(): Promise<void> {
  const vgg = path.join(mirror, networks.vgg16.weights.path);
  mkdirSync(path.dirname(vgg), { recursive: true });
  writeFileSync(vgg, 'not weights');
  const to = path.dirname(path.join(mirror, networks.mobilenet.weights.path));
  mkdirSync(to, { recursive: true });
  const { model } = await loadBackbone({ name: 'mobilenet', weights: 'random' });
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData }: io.ModelArtifacts) => {
      const bytes = Buffer.from(weightData as ArrayBuffer);
      const paths = ['group1-shard1of2', 'group1-shard2of2'];
      writeFileSync(path.join(to, paths[0]!), bytes.subarray(0, 5_000_000));
      writeFileSync(path.join(to, paths[1]!), bytes.subarray(5_000_000));
      const weightsManifest = [{ paths, weights: weightSpecs }];
      writeFileSync(path.join(to, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  });
  model.dispose();
}

beforeAll(async () => {
  await fillMirror();
  server = createServer((request, response) => {
    asked.push(request.url!);
    const file = path.join(mirror, request.url!);
    if (!existsSync(file)) return void response.writeHead(404).end();
    const bytes = readFileSync(file);
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  asked = [];
  rmSync(path.join(folder, 'cache'), { recursive: true, force: true });
  vi.stubEnv('XRAY_WEIGHTS', '');
  vi.stubEnv('XRAY_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('XRAY_WEIGHTS_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
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
    expect(asked).toEqual(
      ['model.json', 'group1-shard1of2', 'group1-shard2of2'].map((name) => `${address}/${name}`),
    );
    expect(await fetchWeights('mobilenet')).toBe(file);
    expect(asked).toHaveLength(3);
    const { model, weights } = await loadBackbone({ name: 'mobilenet' });
    model.dispose();
    expect(weights).toBe('imagenet');
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
    expect(asked).toEqual([]);
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
