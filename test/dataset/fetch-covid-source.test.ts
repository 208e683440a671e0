import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { hashFile, sha256 } from '../../lib/core/files';
import type { Progress } from '../../lib/core/progress';
import { projectFolder } from '../../lib/core/settings';
import { covidAddress, covidMetadataSha256, fetchCovidSource } from '../../lib/dataset/fetch-covid-source';
import { type FileServer, refuse, serve, serveFiles } from '../core/file-server';
import { type TarEntry, tarGzOf } from '../core/tar-entries';

const metadata = 'patientid,finding,view,filename\n1,COVID-19,PA,one.png\n2,COVID-19,PA,two.jpg\n';
const metadataSha256 = sha256(metadata);
// A repository's archive has one folder on top, and more than is needed.
const entries: readonly TarEntry[] = [
  { path: 'covid-chestxray-dataset-4e47ad0/', type: 'Directory', mode: 0o755 },
  { path: 'covid-chestxray-dataset-4e47ad0/README.md', data: '# read me' },
  { path: 'covid-chestxray-dataset-4e47ad0/images/', type: 'Directory', mode: 0o755 },
  { path: 'covid-chestxray-dataset-4e47ad0/images/one.png', data: Buffer.alloc(40_000, 1) },
  { path: 'covid-chestxray-dataset-4e47ad0/images/two.jpg', data: 'two' },
  { path: 'covid-chestxray-dataset-4e47ad0/metadata.csv', data: metadata },
  { path: 'covid-chestxray-dataset-4e47ad0/scripts/latest', type: 'SymbolicLink', linkpath: '..' },
];
const archive = tarGzOf(entries);

let server: FileServer;
let folder: string;
let to: string;
const cache = process.env.XRAY_CACHE;

beforeEach(async () => {
  server = await serveFiles();
  folder = await mkdtemp(path.join(tmpdir(), 'covid-'));
  to = path.join(folder, 'covid-chestxray-dataset');
  process.env.XRAY_CACHE = path.join(folder, 'cache');
});
afterEach(async () => {
  if (cache === undefined) delete process.env.XRAY_CACHE;
  else process.env.XRAY_CACHE = cache;
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const fetchIt = (options = {}) => fetchCovidSource(to, { url: server.url, metadataSha256, ...options });
const downloads = () => readdir(path.join(folder, 'cache', 'downloads'));
async function expectCopy() {
  expect((await readdir(to, { recursive: true })).sort()).toEqual([
    'images',
    path.join('images', 'one.png'),
    path.join('images', 'two.jpg'),
    'metadata.csv',
  ]);
  expect(await readFile(path.join(to, 'metadata.csv'), 'utf8')).toBe(metadata);
  expect(await readFile(path.join(to, 'images', 'two.jpg'), 'utf8')).toBe('two');
  expect((await readdir(folder)).sort()).toEqual(['cache', 'covid-chestxray-dataset']);
  expect(await downloads()).toEqual([]);
}

describe('fetching', () => {
  test('takes metadata.csv and the pictures; a second time there is nothing to do', async () => {
    server.answer(serve(archive));
    const told: Progress[] = [];
    expect(await fetchIt({ onProgress: (progress: Progress) => told.push(progress) })).toBe(to);
    await expectCopy();
    const stages = [...new Set(told.map(({ stage }) => stage))];
    expect(stages).toHaveLength(2);
    expect(stages[0]).toMatch(/^download covid-.*\.tar\.gz$/);
    expect(stages[1]).toMatch(/^unpack covid-.*\.tar\.gz$/);
    await fetchIt();
    expect(server.requests).toHaveLength(1);
  });

  test('goes on where an interrupted download stopped', async () => {
    server.answer(serve(archive, { stallAt: 200 }));
    const stop = new AbortController();
    // The command's interrupt is an InputError too: it must not be taken for a bad archive.
    const reason = new InputError('Interrupted');
    const onProgress = ({ done }: Progress) => done === 200 && stop.abort(reason);
    await expect(fetchIt({ onProgress, signal: stop.signal })).rejects.toBe(reason);
    server.answer(serve(archive));
    await fetchIt();
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=200-']);
    await expectCopy();
  });

  test('interrupted while unpacking it keeps the archive', async () => {
    server.answer(serve(archive));
    const stop = new AbortController();
    const reason = new InputError('Interrupted');
    const onProgress = ({ stage }: Progress) => stage.startsWith('unpack') && stop.abort(reason);
    await expect(fetchIt({ onProgress, signal: stop.signal })).rejects.toBe(reason);
    expect(await downloads()).toHaveLength(1);
    await fetchIt();
    expect(server.requests).toHaveLength(1);
    await expectCopy();
  });
});

describe('refused', () => {
  async function expectRefused(message: string | RegExp) {
    const error = await fetchIt().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
    expect(await readdir(folder)).toEqual(['cache']);
    expect(await downloads()).toEqual([]);
    // Nothing of it stands in the way of the right one.
    server.answer(serve(archive));
    await fetchIt();
    await expectCopy();
  }

  test('another metadata.csv', async () => {
    server.answer(serve(tarGzOf(entries.map((entry) => ({ ...entry, data: entry.data && 'other' })))));
    await expectRefused(
      new RegExp(`the SHA-256 of its metadata.csv is ${sha256('other')}, not ${metadataSha256}`),
    );
  });

  test.each([
    ['metadata.csv', 'it has no metadata.csv'],
    ['images/', 'it has no pictures in images/'],
  ])('an archive without %s', async (name, message) => {
    server.answer(serve(tarGzOf(entries.filter((entry) => !entry.path.includes(name)))));
    await expectRefused(`${message}. Or take a copy`);
  });

  test('an archive with an entry that leads out, one with a link among the pictures, one that is none', async () => {
    server.answer(serve(tarGzOf([...entries, { path: '../evil', data: 'evil' }])));
    await expectRefused(/its entry "..\/evil" leads out of the folder/);
    await rm(to, { recursive: true });
    server.answer(
      serve(tarGzOf([...entries, { path: 'top/images/x.png', type: 'Link', linkpath: '/etc/passwd' }])),
    );
    await expectRefused(/its entry "top\/images\/x.png" is a hard link/);
    await rm(to, { recursive: true });
    server.answer(serve(Buffer.from('<html>please log in</html>')));
    await expectRefused(/is damaged or no archive/);
  });

  test('a folder that holds something else is left as it is', async () => {
    await mkdir(to);
    await writeFile(path.join(to, 'metadata.csv'), 'mine');
    await expect(fetchIt()).rejects.toThrow(
      new RegExp(
        `^to: ${to} is not the pinned copy of the COVID pictures: the SHA-256 of its metadata.csv is`,
      ),
    );
    expect(server.requests).toHaveLength(0);
    expect(await readFile(path.join(to, 'metadata.csv'), 'utf8')).toBe('mine');
  });

  test('without a connection, or when the server refuses, it says what to do with a copy', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    server.answer(refuse(404));
    for (const url of [`http://127.0.0.1:${port}/set.tar.gz`, server.url]) {
      const error = await fetchIt({ url }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(`${url} cannot be downloaded`);
      expect(error.message).toContain('`npx xray-transfer data covid --from DIR`');
    }
  });
});

test('the address names the pinned commit', () => {
  expect(covidAddress).toBe(
    'https://github.com/ieee8023/covid-chestxray-dataset/archive/4e47ad09d49db15d004c974e268bbbd3b7e10699.tar.gz',
  );
});

const copy = path.resolve(projectFolder, '../shared/data/covid-chestxray-dataset');
const atHand = existsSync(copy);
describe.skipIf(!atHand)('with the real copy at hand (skipped where ../shared/data is absent)', () => {
  test('its metadata.csv has the pinned hash, so that there is nothing to fetch', async () => {
    expect(await hashFile(path.join(copy, 'metadata.csv'))).toBe(covidMetadataSha256);
    expect(await fetchCovidSource(copy, { url: server.url })).toBe(copy);
    expect(server.requests).toHaveLength(0);
  });

  test('the archive of all its pictures comes out the same', async () => {
    const file = path.join(folder, 'real.tar.gz');
    const tar = spawn('tar', ['-czf', file, '-C', path.dirname(copy), path.basename(copy)]);
    expect(await new Promise((resolve) => tar.on('close', resolve))).toBe(0);
    const bytes = await readFile(file);
    server.answer(serve(bytes, { cutAt: bytes.length >> 1 }), serve(bytes));
    await fetchCovidSource(to, { url: server.url });
    expect(server.requests[1]?.range).toBe(`bytes=${bytes.length >> 1}-`);
    const names = (await readdir(path.join(copy, 'images'))).sort();
    expect((await readdir(path.join(to, 'images'))).sort()).toEqual(names);
    for (const name of names)
      expect(await hashFile(path.join(to, 'images', name))).toBe(
        await hashFile(path.join(copy, 'images', name)),
      );
  });
});
