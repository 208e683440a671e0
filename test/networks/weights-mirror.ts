import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { io } from '@tensorflow/tfjs';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { networks } from '../../lib/networks/table';

export interface WeightsMirror {
  /** What XRAY_WEIGHTS_URL is to be. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** MobileNet (random numbers, two shards) and a file in VGG16's place that is not VGG16. */
async function fill(folder: string): Promise<void> {
  const vgg = path.join(folder, networks.vgg16.weights.path);
  mkdirSync(path.dirname(vgg), { recursive: true });
  writeFileSync(vgg, 'not weights');
  const to = path.dirname(path.join(folder, networks.mobilenet.weights.path));
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

/** Fills a folder and serves it as Google's storage would. */
export async function serveWeights(folder: string): Promise<WeightsMirror> {
  await fill(folder);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const file = path.join(folder, request.url!);
    if (!existsSync(file)) return void response.writeHead(404).end();
    const bytes = readFileSync(file);
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An address of this machine at which nothing answers. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
