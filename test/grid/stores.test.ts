import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../lib/grid/open-store';
import { ownRunner } from '../../lib/grid/own-runner';
import { planGrid } from '../../lib/grid/plan-grid';
import { readGrid } from '../../lib/grid/read-grid';
import { keepPlanned, runGrid } from '../../lib/grid/run-grid';
import { runPieces } from '../../lib/grid/run-pieces';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { freshDist } from '../commands/dist';
import { writeGrid } from './phantom-grid';
import { freePort } from './redis';

const S3rver = createRequire(__filename)('s3rver');
const root = mkdtempSync(path.join(tmpdir(), 'xray-stores-'));

/** An S3 server that runs already, with a bucket "results" that is empty; without it, s3rver is started. */
const otherServer = process.env.XRAY_S3_SERVER;
let server: { run(): Promise<void>; close(): Promise<void> } | undefined;

async function startS3rver(): Promise<string> {
  const port = await freePort();
  server = new S3rver({
    ...{ port, address: '127.0.0.1', silent: true, directory: path.join(root, 's3') },
    configureBuckets: [{ name: 'results' }],
  });
  await server!.run();
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  await freshDist();
  vi.stubEnv('AWS_ENDPOINT_URL_S3', otherServer ?? (await startS3rver()));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER');
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', '1');
});
afterAll(async () => {
  await releaseBackbone();
  await server?.close();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe.each([
  ['a folder', () => path.join(root, 'folder')],
  ['a bucket', () => 's3://results/some/where'],
  ['a bucket without a prefix', () => 's3://results'],
])('%s', (_, url) => {
  test('gives back what was put, whole, and says what is there', async () => {
    const store = await openStore(url());
    expect(await store.get('kind/a.json')).toBeUndefined();
    expect(await store.has('kind/a.json')).toBe(false);
    expect(await store.list('kind')).toEqual([]);
    await store.put('kind/b.bin', new Uint8Array([0, 255, 3]));
    await store.put('kind/a.json', '{"é":1}');
    await store.put('kinder/c.json', '{}');
    expect([...(await store.get('kind/b.bin'))!]).toEqual([0, 255, 3]);
    expect((await store.get('kind/a.json'))!.toString()).toBe('{"é":1}');
    expect(await store.has('kind/a.json')).toBe(true);
    expect(await store.list('kind')).toEqual(['kind/a.json', 'kind/b.bin']);
    await store.put('kind/a.json', '{}');
    expect((await store.get('kind/a.json'))!.toString()).toBe('{}');
  });
});

test('a bucket lists more names than a page has', async () => {
  // s3rver cannot page on an OpenSSL without DES: a server that has nothing but two pages.
  const page = (key: string, rest: string) =>
    `<?xml version="1.0"?><ListBucketResult><Contents><Key>many/x/${key}</Key></Contents>${rest}</ListBucketResult>`;
  const pages = createServer(({ url = '' }, response) => {
    expect(url).toContain('prefix=many%2Fx%2F');
    const isSecond = url.includes('continuation-token=next');
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>';
    response.setHeader('content-type', 'application/xml').end(isSecond ? page('b', '') : page('a', more));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => pages.listen(port, '127.0.0.1', resolve));
  const s3rver = process.env.AWS_ENDPOINT_URL_S3!;
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${port}`);
  try {
    expect(await (await openStore('s3://results/many')).list('x')).toEqual(['x/a', 'x/b']);
  } finally {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', s3rver);
    pages.closeAllConnections();
    pages.close();
  }
});

test.runIf(otherServer)('a bucket lists more names than a page has, by that server itself', async () => {
  const store = await openStore('s3://results/many');
  const names = Array.from({ length: 1003 }, (_, i) => `x/${String(i).padStart(4, '0')}`);
  for (const name of names) await store.put(name, '');
  expect(await store.list('x')).toEqual(names);
});

test('what cannot be a store is refused, and what cannot be reached is named', async () => {
  await expect(openStore('gs://bucket')).rejects.toThrow(
    'store is "gs://bucket"; give a folder, or s3://bucket/prefix',
  );
  const absent = await openStore('s3://absent/x');
  await expect(absent.put('a', 'b')).rejects.toThrow(/s3:\/\/absent\/x: .*bucket/);
});

test('workers that do not see the dataset take its pictures from the bucket; results are those of a folder', async () => {
  const file = await writeGrid(path.join(root, 'data'), { seeds: [0] });
  const grid = await readGrid(file);
  const own = await runGrid(grid, { store: path.join(root, 'own') });
  const store = await openStore('s3://results/grid');
  const planned = await planGrid(grid);
  await keepPlanned(planned, store, {});
  const { plan } = planned;
  vi.stubEnv('XRAY_CACHE', path.join(root, 'elsewhere'));
  renameSync(path.join(root, 'data', 'phantoms'), path.join(root, 'away'));
  const { failed } = await runPieces(plan, [ownRunner(plan, store)], {});
  expect(failed).toEqual([]);
  for (const kind of ['features', 'training', 'comparison']) {
    const names = await store.list(kind);
    expect(names.map((name) => path.basename(name))).toEqual(
      readdirSync(path.join(root, 'own', kind)).sort(),
    );
    const folder = await openStore(path.join(root, 'own'));
    for (const name of names) expect((await store.get(name))!.equals((await folder.get(name))!)).toBe(true);
  }
  expect(own.comparison!.trainings).toHaveLength(2);
});
