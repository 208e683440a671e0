import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extractTarGz } from '../../lib/core/archive';
import { InputError } from '../../lib/core/check';
import type { Progress } from '../../lib/core/progress';
import { seededRandom } from '../../lib/core/random';
import { type TarEntry, tarGzOf, tarOf } from './tar-entries';

let folder: string;
let archive: string;
let to: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'archive-'));
  archive = path.join(folder, 'set.tar.gz');
  to = path.join(folder, 'out', 'set');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Files with their content; folders end in a slash. */
async function tree(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    const full = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, full).split(path.sep).join('/');
    if (entry.isDirectory()) found[`${name}/`] = '';
    else found[name] = await readFile(full, 'utf8');
  }
  return found;
}

/** Refused: the message names archive and entry, and nothing is left, inside or outside. */
async function expectRefused(entries: readonly TarEntry[], message: string | RegExp, options = {}) {
  await writeFile(archive, tarGzOf(entries));
  const error = await extractTarGz(archive, to, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toContain(`${archive} is refused: `);
  expect(error.message).toMatch(message);
  expect(await tree(folder)).toEqual({ 'set.tar.gz': expect.any(String), 'out/': '' });
}

const good: readonly TarEntry[] = [
  { path: 'top/', type: 'Directory', mode: 0o755 },
  { path: 'top/metadata.csv', data: 'a,b\n' },
  { path: 'top/images/one.png', data: 'one' },
];

describe('what is taken', () => {
  test('an archive that tar made, without its top folder', async () => {
    const long = `${'deep/'.repeat(30)}picture.png`;
    await mkdir(path.dirname(path.join(folder, 'top', long)), { recursive: true });
    await writeFile(path.join(folder, 'top', long), 'far down');
    await writeFile(path.join(folder, 'top', 'metadata é.csv'), 'a,b\n');
    await create({ file: archive, cwd: folder, gzip: true }, ['top']);
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => told.push(progress);
    expect(await extractTarGz(archive, to, { onProgress })).toEqual({ files: 2, bytes: 12 });
    expect(await tree(to)).toEqual(await tree(path.join(folder, 'top')));
    expect(await readdir(path.dirname(to))).toEqual(['set']);
    const { size } = await stat(archive);
    expect(told.at(-1)).toEqual({ stage: 'unpack set.tar.gz', done: size, total: size });
  });

  test('with strip 0 all names stay; a bare tar is taken too', async () => {
    await writeFile(archive, tarOf(good));
    await extractTarGz(archive, to, { strip: 0 });
    expect(await tree(to)).toEqual({
      'top/': '',
      'top/metadata.csv': 'a,b\n',
      'top/images/': '',
      'top/images/one.png': 'one',
    });
  });

  test('what the filter takes, by stripped names; links that it leaves out do no harm', async () => {
    await writeFile(
      archive,
      tarGzOf([...good, { path: 'top/docs/latest', type: 'SymbolicLink', linkpath: '/etc/passwd' }]),
    );
    const seen: string[] = [];
    const filter = (name: string) => {
      seen.push(name);
      return name.startsWith('images/');
    };
    expect(await extractTarGz(archive, to, { filter })).toEqual({ files: 1, bytes: 3 });
    expect(seen).toEqual(['metadata.csv', 'images/one.png', 'docs/latest']);
    expect(await tree(to)).toEqual({ 'images/': '', 'images/one.png': 'one' });
  });

  test('into an empty folder, but not into one with something in it', async () => {
    await writeFile(archive, tarGzOf(good));
    await mkdir(to, { recursive: true });
    await extractTarGz(archive, to);
    await writeFile(path.join(to, 'own.txt'), 'mine');
    await expect(extractTarGz(archive, to)).rejects.toThrow(`to: the folder ${to} is not empty`);
    await expect(extractTarGz(archive, path.join(to, 'own.txt'))).rejects.toThrow(InputError);
    expect(await readFile(path.join(to, 'own.txt'), 'utf8')).toBe('mine');
  });

  test.skipIf(process.platform === 'win32')('not the permissions', async () => {
    await writeFile(
      archive,
      tarGzOf([
        { path: 'top/closed/', type: 'Directory', mode: 0 },
        { path: 'top/closed/run', data: '#!', mode: 0o6777 },
      ]),
    );
    await extractTarGz(archive, to);
    expect((await stat(path.join(to, 'closed/run'))).mode & 0o7111).toBe(0);
    expect((await stat(path.join(to, 'closed'))).mode & 0o700).toBe(0o700);
  });
});

describe('what is refused', () => {
  test.each([
    ['top/../../evil', 'leads out of the folder'],
    ['../evil', 'leads out of the folder'],
    ['top/images/..', 'leads out of the folder'],
    ['top\\..\\..\\evil', 'leads out of the folder'],
    ['/tmp/evil', 'has an absolute path'],
    ['//host/evil', 'has an absolute path'],
    ['\\evil', 'has an absolute path'],
    ['C:\\evil', 'has an absolute path'],
    ['c:evil', 'has an absolute path'],
    ['top/a\nb', 'has control characters in its name'],
  ])('the name %j, wanted or not', async (name, fault) => {
    for (const filter of [() => true, () => false])
      await expectRefused([...good, { path: name, data: 'evil' }], new RegExp(`its entry ".*" ${fault}`), {
        filter,
      });
  });

  test.each([
    ['SymbolicLink', 'is a symbolic link'],
    ['Link', 'is a hard link'],
    ['CharacterDevice', 'is neither a file nor a folder (CharacterDevice)'],
    ['BlockDevice', 'is neither a file nor a folder (BlockDevice)'],
    ['FIFO', 'is neither a file nor a folder (FIFO)'],
  ] as const)('a %s', async (type, fault) => {
    const linkpath = type.endsWith('Link') ? 'top/metadata.csv' : undefined;
    const entry = { path: 'top/images/two.png', type, linkpath };
    const message = `its entry "top/images/two.png" ${fault}`.replace(/[()]/g, '\\$&');
    await expectRefused([...good, entry], new RegExp(message));
  });

  test('a link, and a file through it', async () => {
    const outside = path.join(folder, '..', 'archive-outside');
    await expectRefused(
      [
        { path: 'top/images', type: 'SymbolicLink', linkpath: outside },
        { path: 'top/images/evil', data: 'evil' },
      ],
      /"top\/images" is a symbolic link/,
    );
    await expect(stat(outside)).rejects.toThrow('ENOENT');
  });

  test('too many entries, those left out included', async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ path: `top/${index}`, data: 'x' }));
    const message = /it has more than 19 entries, at "top\/19"/;
    await expectRefused(many, message, { maxEntries: 19 });
    await expectRefused(many, message, { maxEntries: 19, filter: (name: string) => name === '0' });
    await extractTarGz(archive, to, { maxEntries: 20 });
    expect(Object.keys(await tree(to))).toHaveLength(20);
  });

  test('too many bytes, those left out included', async () => {
    const zeros = { path: 'top/zeros', data: Buffer.alloc(5_000_000) };
    const message = /it unpacks to more than 1000000 bytes, at "top\/zeros"/;
    await expectRefused([...good, zeros], message, { maxBytes: 1_000_000 });
    expect((await stat(archive)).size).toBeLessThan(10_000);
    const filter = (name: string) => name === 'metadata.csv';
    await expectRefused([...good, zeros], message, { maxBytes: 1_000_000, filter });
  });

  test('too many bytes after the last entry, and in a gzip within the gzip', async () => {
    const options = { maxBytes: 1_000_000 };
    await writeFile(archive, gzipSync(Buffer.concat([tarOf(good), Buffer.alloc(5_000_000)])));
    await expect(extractTarGz(archive, to, options)).rejects.toThrow('it unpacks to more than 1000000 bytes');
    await writeFile(archive, gzipSync(tarGzOf([{ path: 'top/zeros', data: Buffer.alloc(5_000_000) }])));
    await expect(extractTarGz(archive, to, options)).rejects.toThrow(InputError);
    expect(await readdir(path.dirname(to))).toEqual([]);
  });

  test('an archive without any wanted file', async () => {
    await expectRefused(good, /it has none of the files wanted from it/, { strip: 5 });
    await expectRefused(good.slice(0, 1), /it has none of the files wanted from it/, { strip: 0 });
  });

  test('a damaged archive: cut, changed, something else, empty, absent', async () => {
    // Random bytes do not compress, so that the middle of the archive is the middle of the picture.
    const random = seededRandom(42);
    const noise = Buffer.from(Array.from({ length: 200_000 }, () => random.integer(256)));
    const whole = tarGzOf([...good, { path: 'top/images/two.png', data: noise }]);
    const changed = Buffer.from(whole);
    changed.fill(0x55, 100_000, 100_500);
    const cutTar = tarOf([{ path: 'top/two.png', data: noise }]).subarray(0, 100_000);
    const page = Buffer.from(`<html>${'please log in '.repeat(100)}</html>`);
    for (const bytes of [whole.subarray(0, 100_000), changed, gzipSync(cutTar), cutTar, page]) {
      await writeFile(archive, bytes);
      const error = await extractTarGz(archive, to).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(`${archive} is damaged or no archive: `);
      expect(await readdir(path.dirname(to))).toEqual([]);
    }
    await writeFile(archive, '');
    await expect(extractTarGz(archive, to)).rejects.toThrow(InputError);
    await expect(extractTarGz(path.join(folder, 'absent.tar.gz'), to)).rejects.toThrow(
      /archive: .*absent\.tar\.gz cannot be read/,
    );
    expect(await readdir(path.dirname(to))).toEqual([]);
  });

  test('a link in the place of the folder to write', async () => {
    await writeFile(archive, tarGzOf(good));
    const theirs = path.join(folder, 'theirs');
    await mkdir(theirs);
    await writeFile(path.join(theirs, 'own.txt'), 'mine');
    await symlink(theirs, path.join(folder, 'link'));
    await expect(extractTarGz(archive, path.join(folder, 'link'))).rejects.toThrow('is not empty');
    expect(await readdir(theirs)).toEqual(['own.txt']);
  });
});

test('an abort leaves nothing', async () => {
  const pictures = Array.from({ length: 50 }, (_, index) => ({
    path: `top/${index}.png`,
    data: Buffer.alloc(100_000, index),
  }));
  await writeFile(archive, tarGzOf(pictures));
  const stop = new AbortController();
  const reason = new Error('enough');
  let told = 0;
  const onProgress = () => ++told === 5 && stop.abort(reason);
  await expect(extractTarGz(archive, to, { onProgress, signal: stop.signal })).rejects.toBe(reason);
  expect(told).toBe(5);
  expect(await readdir(path.dirname(to))).toEqual([]);
  await expect(extractTarGz(archive, to, { signal: stop.signal })).rejects.toBe(reason);
});
