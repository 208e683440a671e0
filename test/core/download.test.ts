import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { download } from '../../lib/core/download';
import type { Progress } from '../../lib/core/progress';
import { ownMachine } from '../../lib/core/running-process';
import { type Answer, type FileServer, refuse, serve, serveFiles } from './file-server';

// Numbers that repeat at no power of two, so that a shifted part shows.
const content = Buffer.from(Array.from({ length: 300_007 }, (_, index) => (index * 7 + (index >> 8)) % 251));
const other = Buffer.from(content).reverse();
const sha256 = createHash('sha256').update(content).digest('hex');
const md5 = createHash('md5').update(content).digest('hex');
const quick = { pause: 1 };

let server: FileServer;
let folder: string;
let file: string;

beforeEach(async () => {
  server = await serveFiles();
  folder = await mkdtemp(path.join(tmpdir(), 'download-'));
  file = path.join(folder, 'deep', 'data.bin');
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const left = () => readdir(path.dirname(file));
const part = () => readFile(`${file}.part`);
async function expectWhole(bytes = content) {
  expect((await readFile(file)).equals(bytes)).toBe(true);
  expect(await left()).toEqual(['data.bin']);
}
/** Leaves the first 100 000 bytes as an earlier call would. */
async function leavePart(options = {}) {
  server.answer(serve(content, { cutAt: 100_000, ...options }));
  await expect(download(server.url, file, { tries: 1 })).rejects.toThrow(InputError);
  server.requests.length = 0;
}

describe('a whole download', () => {
  test('writes the bytes, tells of progress, leaves nothing beside', async () => {
    server.answer(serve(content));
    const told: Progress[] = [];
    await download(server.url, file, { sha256, onProgress: (progress) => told.push(progress) });
    await expectWhole();
    expect(told[0]).toEqual({ stage: 'download data.bin', done: 0, total: content.length });
    expect(told.at(-1)).toEqual({ stage: 'download data.bin', done: content.length, total: content.length });
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
    expect(server.requests[0]?.range).toBeUndefined();
  });

  test('without a length, and of no bytes', async () => {
    server.answer((_request, response) => {
      response.write(content.subarray(0, 5));
      response.end(content.subarray(5));
    });
    const totals = new Set<number | undefined>();
    await download(server.url, file, { md5, onProgress: ({ total }) => totals.add(total) });
    await expectWhole();
    expect([...totals]).toEqual([undefined]);
    await rm(file);
    server.answer(serve(Buffer.alloc(0)));
    await download(server.url, file);
    await expectWhole(Buffer.alloc(0));
  });

  test('through a redirect', async () => {
    server.answer(refuse(302, { location: '/elsewhere.bin' }), serve(content));
    await download(server.url, file, { md5: md5.toUpperCase() });
    await expectWhole();
  });

  test('a file that is there with the right hash asks nothing of the server', async () => {
    server.answer(serve(content));
    await download(server.url, file, { sha256 });
    await download(server.url, file, { sha256 });
    await download(server.url, file, { md5 });
    await download(server.url, file);
    expect(server.requests).toHaveLength(1);
  });

  test('a file that is there with another hash is replaced', async () => {
    server.answer(serve(other), serve(content));
    await download(server.url, file);
    await download(server.url, file, { sha256 });
    await expectWhole();
  });
});

describe('a cut connection', () => {
  test('goes on in the same call where it was cut', async () => {
    server.answer(serve(content, { cutAt: 100_000 }), serve(content, { cutAt: 200_000 }), serve(content));
    await download(server.url, file, { ...quick, sha256 });
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(server.requests.map((headers) => headers['if-range'])).toEqual([undefined, '"one"', '"one"']);
    await expectWhole();
  });

  test('that stays cut is an error, and the next call goes on', async () => {
    server.answer(serve(content, { cutAt: 100_000 }), (request) => request.socket.destroy());
    await expect(download(server.url, file, { ...quick, tries: 3 })).rejects.toThrow(
      /cannot be downloaded: .*; 100000 bytes are kept, run it again to go on from there/,
    );
    expect(server.requests).toHaveLength(3);
    expect((await part()).equals(content.subarray(0, 100_000))).toBe(true);
    server.answer(serve(content));
    const told: Progress[] = [];
    await download(server.url, file, { sha256, onProgress: (progress) => told.push(progress) });
    expect(server.requests.at(-1)?.range).toBe('bytes=100000-');
    expect(told[0]).toEqual({ stage: 'download data.bin', done: 100_000, total: content.length });
    await expectWhole();
  });

  test('goes on by Last-Modified where there is no strong ETag', async () => {
    const lastModified = 'Wed, 18 Mar 2020 12:00:00 GMT';
    await leavePart({ etag: 'W/"weak"', lastModified });
    server.answer(serve(content, { etag: 'W/"weak"', lastModified }));
    await download(server.url, file, { sha256 });
    expect(server.requests[0]).toMatchObject({ range: 'bytes=100000-', 'if-range': lastModified });
    await expectWhole();
  });

  test('begins anew where nothing says that the file is the same', async () => {
    await leavePart({ etag: '' });
    server.answer(serve(content, { etag: '' }));
    await download(server.url, file, { sha256 });
    expect(server.requests[0]?.range).toBeUndefined();
    await expectWhole();
  });

  test('begins anew with a server without ranges', async () => {
    await leavePart({ ranges: false });
    server.answer(serve(content, { ranges: false }));
    await download(server.url, file, { sha256 });
    expect(server.requests[0]?.range).toBe('bytes=100000-');
    await expectWhole();
  });

  test('begins anew when the file there has changed', async () => {
    await leavePart();
    server.answer(serve(other, { etag: '"two"' }));
    await download(server.url, file);
    expect(server.requests[0]?.['if-range']).toBe('"one"');
    await expectWhole(other);
  });

  test('begins anew for another address', async () => {
    await leavePart();
    server.answer(serve(content));
    await download(`${server.url}?other`, file, { sha256 });
    expect(server.requests[0]?.range).toBeUndefined();
    await expectWhole();
  });

  test('begins anew when the server goes on elsewhere, or refuses the range', async () => {
    for (const answer of [
      refuse(416),
      refuse(206, { 'content-range': `bytes 5-9/${content.length}`, 'content-length': 2 }),
    ]) {
      await leavePart();
      server.answer(answer, serve(content));
      await download(server.url, file, { ...quick, sha256 });
      expect(server.requests.map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
      await expectWhole();
      await rm(file);
    }
  });

  test('a part that is whole already needs no request', async () => {
    await leavePart();
    await writeFile(`${file}.part`, content);
    await download(server.url, file, { sha256 });
    expect(server.requests).toHaveLength(0);
    await expectWhole();
  });

  test('a server that falls silent counts as cut', async () => {
    server.answer(serve(content, { stallAt: 100_000 }), serve(content));
    await download(server.url, file, { ...quick, patience: 400, sha256 });
    expect(server.requests[1]?.range).toBe('bytes=100000-');
    await expectWhole();
    await rm(file);
    server.answer(() => undefined);
    await expect(download(server.url, file, { ...quick, patience: 100, tries: 2 })).rejects.toThrow(
      'nothing came for 0.1 s',
    );
  });

  test('a server in trouble is asked again, as often as agreed', async () => {
    server.answer(refuse(503), refuse(500), refuse(429, { 'retry-after': '0' }), serve(content));
    await download(server.url, file, { ...quick, sha256 });
    await expectWhole();
    server.requests.length = 0;
    await rm(file);
    server.answer(refuse(503));
    await expect(download(server.url, file, quick)).rejects.toThrow('the server answered 503');
    expect(server.requests).toHaveLength(5);
  });
});

describe('what cannot be downloaded', () => {
  test('a file without an end, or one that says that it is too large: nothing is kept', async () => {
    const endless: Answer = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(content));
      };
      response.on('drain', more);
      more();
    };
    for (const answer of [endless, serve(content)]) {
      server.requests.length = 0;
      server.answer(answer);
      await expect(download(server.url, file, { ...quick, maxBytes: content.length - 1 })).rejects.toThrow(
        `it has more than ${content.length - 1} bytes`,
      );
      expect(server.requests).toHaveLength(1);
      expect(await left()).toEqual([]);
    }
    await download(server.url, file, { maxBytes: content.length, sha256 });
    await expectWhole();
  });

  test('a wrong hash: both are named, nothing is kept', async () => {
    server.answer(serve(other));
    const wrong = createHash('sha256').update(other).digest('hex');
    const error = await download(server.url, file, { sha256 }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(
      `${server.url} is not the expected file: its SHA-256 is ${wrong}, not ${sha256}`,
    );
    expect(await left()).toEqual([]);
    server.answer(serve(content));
    await download(server.url, file, { sha256 });
    await expectWhole();
  });

  test.each([404, 403, 401, 410])('%i is not asked again, and names the file to supply', async (status) => {
    server.answer(refuse(status));
    const error = await download(server.url, file, quick).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(`${server.url} cannot be downloaded: the server answered ${status}`);
    expect(error.message).toContain(`put it at ${file}`);
    expect(server.requests).toHaveLength(1);
    expect(await left()).toEqual([]);
  });

  test('a port that nobody listens on', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const url = `http://127.0.0.1:${port}/data.bin`;
    const error = await download(url, file, { byHand: 'Or bring it.' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/ECONNREFUSED.*; run it again when there is a connection\. Or bring it\.$/);
    expect(error.message).toContain(url);
  });

  test('a host that does not exist', async () => {
    const error = await download('http://nowhere.invalid/data.bin', file).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(
      /^http:\/\/nowhere\.invalid\/data\.bin cannot be downloaded: .*nowhere\.invalid/,
    );
  });

  test('a bad address, hash or folder', async () => {
    await expect(download('ftp://127.0.0.1/a', file)).rejects.toThrow(
      'url is "ftp://127.0.0.1/a"; it must be',
    );
    await expect(download('data.bin', file)).rejects.toThrow(InputError);
    await expect(download(server.url, file, { md5: 'abc' })).rejects.toThrow(
      'md5 is "abc"; it must be 32 hexadecimal digits',
    );
    await writeFile(path.join(folder, 'plain'), '');
    await expect(download(server.url, path.join(folder, 'plain', 'data.bin'))).rejects.toThrow(InputError);
    expect(server.requests).toHaveLength(0);
  });

  test('what a listener throws is thrown, at once', async () => {
    server.answer(serve(content));
    const onProgress = () => {
      throw new RangeError('mine');
    };
    await expect(download(server.url, file, { onProgress })).rejects.toThrow(new RangeError('mine'));
    expect(server.requests).toHaveLength(1);
  });
});

describe('an abort', () => {
  test('keeps the part, and the next call goes on', async () => {
    server.answer(serve(content, { stallAt: 100_000 }));
    const stop = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ done }: Progress) => done === 100_000 && stop.abort(reason);
    await expect(download(server.url, file, { onProgress, signal: stop.signal })).rejects.toBe(reason);
    expect((await left()).sort()).toEqual(['data.bin.part', 'data.bin.part.json']);
    server.answer(serve(content));
    await download(server.url, file, { sha256 });
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
    await expectWhole();
  });

  test('before the start, and in a pause', async () => {
    await expect(download(server.url, file, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(server.requests).toHaveLength(0);
    const stop = new AbortController();
    server.answer((_request, response) => {
      response.writeHead(503).end();
      setTimeout(() => stop.abort('later'), 50);
    });
    await expect(download(server.url, file, { pause: 60_000, signal: stop.signal })).rejects.toBe('later');
  });
});

describe('several at once', () => {
  test('the same file is downloaded once', async () => {
    server.answer(serve(content));
    await Promise.all([1, 2, 3].map(() => download(server.url, file, { sha256 })));
    expect(server.requests).toHaveLength(1);
    await expectWhole();
  });

  test('the next in turn goes on where the first one failed', async () => {
    server.answer(serve(content, { cutAt: 100_000 }), serve(content));
    const both = await Promise.allSettled([1, 2].map(() => download(server.url, file, { tries: 1, sha256 })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
    await expectWhole();
  });

  test('the lock of a process that was killed is taken over, that of a living one is waited for', async () => {
    await leavePart();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const owner = { host: ownMachine, process: child.pid, id: 'theirs' };
    await writeFile(`${file}.part.lock`, JSON.stringify(owner));
    server.answer(serve(content));
    const notes: (string | undefined)[] = [];
    const waiting = download(server.url, file, { sha256, onProgress: ({ note }) => notes.push(note) });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(notes[0]).toBe('waiting for another process that downloads it');
    expect(server.requests).toHaveLength(0);
    expect(existsSync(file)).toBe(false);
    child.kill('SIGKILL');
    await waiting;
    expect(server.requests[0]?.range).toBe('bytes=100000-');
    await expectWhole();
  });

  test('waiting for a turn can be aborted', async () => {
    await leavePart();
    await writeFile(`${file}.part.lock`, JSON.stringify({ host: ownMachine, process: process.pid, id: 'x' }));
    await expect(download(server.url, file, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
    expect(server.requests).toHaveLength(0);
  });
});
