import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { loadPicture } from '../../lib/dataset/load-picture';
import { readPictures } from '../../lib/dataset/read-pictures';
import { startReader } from '../../lib/dataset/reader';
import { rotate } from '../../lib/dataset/rotate';
import type { Pixels } from '../../lib/dataset/xray';
import { freshDist, runNode } from '../commands/dist';
import { fixtures } from './sample-pictures';

const files = ['colour.jpg', 'grey.png', 'wide.png', 'grey.jpg', 'alpha.png', 'deep-colour.png'].map((name) =>
  path.join(fixtures, name),
);
const root = mkdtempSync(path.join(tmpdir(), 'xray-reading-'));
const broken = path.join(root, 'broken.png');
beforeAll(async () => {
  await freshDist();
  writeFileSync(broken, 'no picture');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
const settings = { size: 20, resize: 'cv2', region: 'whole' } as const;
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
function read(picture: Pixels | InputError | undefined): Pixels {
  if (!picture || picture instanceof InputError) throw picture ?? new Error('there is no picture');
  return picture;
}
const plain = (file: string) => ({ file, degrees: 0 });

describe('readPictures', () => {
  test.each(['cv2', 'antialiased'] as const)(
    'gives what loadPicture and rotate give, in order, by %s',
    async (method) => {
      const wanted = files.flatMap((file, i) => [
        plain(file),
        { file, degrees: 10 },
        ...(i % 2 ? [plain(file)] : []),
      ]);
      // More copies than one decoding makes.
      wanted.push(...Array.from({ length: 19 }, (_, i) => ({ file: files[0]!, degrees: i - 9 })));
      const found = await collect(readPictures(wanted, { ...settings, resize: method }, 2));
      expect(found).toHaveLength(wanted.length);
      for (const [i, { file, degrees }] of wanted.entries()) {
        const picture = await loadPicture(file, 20, method);
        const expected = degrees ? rotate(picture, degrees) : picture;
        expect(Buffer.compare(read(found[i]).data, expected.data), `${i}`).toBe(0);
        expect([read(found[i]).width, read(found[i]).height]).toEqual([20, 20]);
      }
      expect(threads()).toBe(0);
    },
  );

  test('starts no thread for one batch', async () => {
    const reading = readPictures(files.slice(0, 2).map(plain), settings, 2);
    await reading.next();
    expect(threads()).toBe(0);
    expect(await collect(reading)).toHaveLength(1);
    const more = readPictures(files.map(plain), settings, 2);
    await more.next();
    expect(threads()).toBeGreaterThan(0);
    await more.return(undefined);
    expect(threads()).toBe(0);
  });

  test('reads no pictures', async () => {
    expect(await collect(readPictures([], settings, 2))).toEqual([]);
  });

  test('reads on while the main thread is kept', async () => {
    const many = Array.from({ length: 40 }, (_, i) => plain(files[i % files.length]!));
    const reading = readPictures(many, settings, 4);
    for (let i = 0; i < 5; i++) await reading.next();
    // As long as TensorFlow computes, nothing else runs here.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
    // What the threads have ready is taken without waiting for a decoder: only for the messages to come in.
    let turns = 0;
    let ready = 0;
    const rest = (async () => {
      for (let i = 0; i < 4; i++) {
        await reading.next();
        ready++;
      }
    })();
    while (ready < 4 && turns++ < 3) await new Promise(setImmediate);
    expect(ready).toBe(4);
    await rest;
    await reading.return(undefined);
  });

  test('gives an error that names the file in place of each picture that cannot be read; no thread is left', async () => {
    const none = path.join(root, 'none.png');
    const wanted = [none, ...files, broken, broken, ...files].map(plain);
    wanted[8] = { file: broken, degrees: 5 };
    const found = await collect(readPictures(wanted, settings, 2));
    const refused = found.map((picture) => (picture instanceof InputError ? picture.message : ''));
    expect(refused[0]).toContain(`${none} does not exist`);
    for (const i of [7, 8]) expect(refused[i]).toContain(`${broken} holds no picture known here`);
    expect(refused.filter(Boolean)).toHaveLength(3);
    for (const [i, { file, degrees }] of wanted.entries())
      if (!refused[i]) {
        expect(degrees).toBe(0);
        expect(read(found[i]).data).toEqual((await loadPicture(file, 20, 'cv2')).data);
      }
    expect(threads()).toBe(0);
  });

  test('holds no more than three batches', async () => {
    const late = path.join(root, 'late.png');
    // Beyond three batches of two, the first picture of which has been taken.
    const reading = readPictures([...files, files[0]!, late].map(plain), settings, 2);
    await reading.next();
    await pause(1000);
    copyFileSync(files[1]!, late);
    expect(await collect(reading)).toHaveLength(7);
  });
});

describe('a reader', () => {
  test('answers in the order of the requests, failures too; what is pending when it ends fails', async () => {
    const reader = startReader(settings);
    const answers = [files[0]!, broken, files[1]!].map((file) => reader.read({ file, degrees: [0, 5] }));
    expect(reader.pending).toBe(3);
    const [first, second, third] = await Promise.allSettled(answers);
    expect([first!.status, second!.status, third!.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(reader.pending).toBe(0);
    const late = Array.from({ length: 30 }, () => reader.read({ file: files[0]!, degrees: [0] }));
    const closing = reader.close();
    const outcomes = await Promise.allSettled(late);
    await closing;
    expect(outcomes.at(-1)!.status).toBe('rejected');
    await expect(reader.read({ file: files[0]!, degrees: [0] })).rejects.toThrow(/ended/);
  });
});

describe('a process', () => {
  const library = (name: string) => JSON.stringify(path.resolve('dist', 'dataset', name));

  test('ends by itself after reading, and has loaded no TensorFlow in its threads', async () => {
    const script = `
      const { readPictures } = require(${library('read-pictures.js')});
      (async () => {
        const pictures = Array(9).fill({ file: ${JSON.stringify(files[0])}, degrees: 0 });
        let n = 0;
        for await (const p of readPictures(pictures, ${JSON.stringify(settings)}, 2)) n += p.data.length;
        console.log(n, Object.keys(require.cache).some((file) => file.includes('@tensorflow')));
      })();`;
    expect(await runNode(script)).toEqual({ code: 0, stdout: `${9 * 20 * 20 * 3} false\n`, stderr: '' });
  });

  test('that stops in the middle ends too', async () => {
    const script = `
      const { readPictures } = require(${library('read-pictures.js')});
      (async () => {
        const pictures = Array(50).fill({ file: ${JSON.stringify(files[0])}, degrees: 0 });
        for await (const p of readPictures(pictures, ${JSON.stringify(settings)}, 2)) break;
        console.log('left');
      })();`;
    expect(await runNode(script)).toEqual({ code: 0, stdout: 'left\n', stderr: '' });
  });
});
