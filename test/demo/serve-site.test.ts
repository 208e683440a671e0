import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSite, serveSite } from '../../lib/demo/serve-site';

const root = mkdtempSync(path.join(tmpdir(), 'xray-serve-'));
const at = (name: string) => path.join(root, name);
let site: RunningSite;
let port: number;

beforeAll(async () => {
  for (const name of ['index.html', 'a.js', 'b.css', 'c.wasm', 'd.json', 'e.bin'])
    writeFileSync(at(name), name);
  writeFileSync(at('secret.txt'), 'secret');
  symlinkSync(root, at('folder'));
  const names = ['index.html', 'a.js', 'b.css', 'c.wasm', 'd.json', 'e.bin', 'gone.js', 'folder'];
  site = await serveSite({ files: new Map(names.map((name) => [`${name}`, at(name)])) }, 0);
  port = Number(new URL(site.address).port);
});
afterAll(async () => {
  await site.close();
  rmSync(root, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request as written: nothing is tidied on the way. */
const ask = (target: string, method = 'GET', host = `127.0.0.1:${port}`): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: target, method, headers: { host } }, (response) => {
      let body = '';
      response.on('data', (part) => (body += part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

test('files come with their types', async () => {
  const types = {
    '/': 'text/html; charset=utf-8',
    '/index.html': 'text/html; charset=utf-8',
    '/a.js': 'text/javascript; charset=utf-8',
    '/b.css': 'text/css; charset=utf-8',
    '/c.wasm': 'application/wasm',
    '/d.json': 'application/json; charset=utf-8',
    '/e.bin': 'application/octet-stream',
  };
  for (const [target, type] of Object.entries(types)) {
    const { status, headers, body } = await ask(target);
    expect([status, headers['content-type'], body]).toEqual([200, type, target.slice(1) || 'index.html']);
  }
  expect((await ask('/a.js?x=1')).body).toBe('a.js');
});

test('every answer has the headers that keep the page to itself and lend it threads', async () => {
  for (const target of ['/', '/a.js', '/none']) {
    const { headers } = await ask(target);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|blob:|https?:|\*/);
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  }
});

test.each([
  '/secret.txt',
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/a.js/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e%5csecret.txt',
  '//etc/passwd',
  '/%00',
  '/%',
  '/.',
  '/folder',
  '/folder/',
  '/folder/secret.txt',
  '/gone.js',
  '/__proto__',
])('%s is no file of the site', async (target) => {
  const { status, body } = await ask(target);
  expect([status, body]).toEqual([404, 'There is no such file.\n']);
});

test('HEAD has no body; other methods are refused', async () => {
  const { status, headers, body } = await ask('/a.js', 'HEAD');
  expect([status, headers['content-length'], body]).toEqual([200, '4', '']);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const refused = await ask('/a.js', method);
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
  }
});

test('a page elsewhere whose name points here is refused', async () => {
  expect((await ask('/', 'GET', 'example.org')).status).toBe(421);
  expect((await ask('/', 'GET', `example.org:${port}`)).status).toBe(421);
  expect((await ask('/', 'GET', `localhost:${port}`)).status).toBe(200);
});

test('it listens on this machine only; a port in use is named; it closes with connections open', async () => {
  expect(site.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  await expect(serveSite({ files: new Map() }, port)).rejects.toThrow(`port ${port} is in use`);
  const other = await serveSite({ files: new Map() }, 0);
  const socket = connect(Number(new URL(other.address).port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  await other.close();
  await ended;
});
