import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { type RunningSite, serveSite } from '../../lib/demo/serve-site';

const root = mkdtempSync(path.join(tmpdir(), 'xray-servers-'));
const at = (...parts: string[]) => path.join(root, ...parts);
const secret = 'nobody may read this';
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Sends bytes as they are and returns all that comes back. */
const send = (port: number, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'));
    let answer = '';
    socket.on('data', (part) => (answer += part.toString('latin1')));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
  });

const asking = (target: string, port: number, ...headers: string[]): string =>
  [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: close', ...headers, '', ''].join('\r\n');

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** Addresses of this machine that others know it by. */
const otherAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);

const isRefused = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 3000 });
    const end = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.on('connect', () => end(false));
    socket.on('error', () => end(true));
    socket.on('timeout', () => end(true));
  });

/** The addresses that a port is listened on, as Linux lists them. */
function listening(port: number): string[] {
  const lines = ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1),
  );
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && Number.parseInt(local!.split(':')[1]!, 16) === port)
    .map(([, local]) => local!.split(':')[0]!);
}
const loopback = '0100007F';

const paths = [
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/%252e%252e/secret.txt',
  '/%252e%252e%252fsecret.txt',
  '/..%2fsecret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/site\\..\\..\\secret.txt',
  '/....//secret.txt',
  '/%c0%ae%c0%ae/secret.txt',
  '/secret.txt%00.html',
  '/index.html%00',
  '//etc/passwd',
  '/etc/passwd',
  '/file:///etc/passwd',
  'http://example.org/../secret.txt',
  'file:///etc/passwd',
  '/./',
  '/link/',
  '/link/secret.txt',
  '/assets/',
  '/assets',
  '/.git/config',
  `/${'a'.repeat(10_000)}`,
  `/${'../'.repeat(3000)}etc/passwd`,
  '/?../../secret.txt',
  '/#/../secret.txt',
  '/constructor',
  '/toString',
];

describe('the page of the demo', () => {
  let site: RunningSite;
  let port: number;
  beforeAll(async () => {
    mkdirSync(at('site', 'assets'), { recursive: true });
    writeFileSync(at('site', 'index.html'), 'the page');
    writeFileSync(at('site', 'assets', 'a.js'), '1');
    writeFileSync(at('secret.txt'), secret);
    symlinkSync(root, at('site', 'link'));
    symlinkSync('/etc/passwd', at('site', 'passwd'));
    // As siteOf lists them: files only, no links.
    const files = ['index.html', 'assets/a.js'].map((name): [string, string] => [name, at('site', name)]);
    site = await serveSite({ files: new Map(files) }, 0);
    port = Number(new URL(site.address).port);
  });
  afterAll(() => site.close());

  test.each(paths)('%.60s gives nothing but the page', async (target) => {
    const answer = await send(port, asking(target, port));
    expect(answer).not.toContain(secret);
    expect(answer).not.toContain('root:');
    expect([200, 400, 404]).toContain(status(answer));
    if (status(answer) === 200) expect(answer.endsWith('the page')).toBe(true);
  });

  test.skipIf(process.platform !== 'linux')('nobody else reaches it', async () => {
    expect(listening(port)).toEqual([loopback]);
    for (const address of otherAddresses()) expect(await isRefused(port, address)).toBe(true);
  });

  test('names that lead here from elsewhere are refused: DNS rebinding', async () => {
    for (const host of ['example.org', `example.org:${port}`, `127.0.0.1.example.org:${port}`, '[::1]', ''])
      expect(status(await send(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))).toBe(
        421,
      );
    // No name, two names.
    expect([400, 421]).toContain(status(await send(port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')));
    const two = `GET / HTTP/1.1\r\nHost: example.org\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
    expect([400, 421]).toContain(status(await send(port, two)));
  });

  test('what is no HTTP is answered and ended', async () => {
    for (const request of [
      '\0\0\0\0\r\n\r\n',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
    ])
      expect([400, 431]).toContain(status(await send(port, request)));
    expect(status(await send(port, asking('/', port)))).toBe(200);
  });
});

const python = path.join(projectFolder, '.venv', process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
const installed = existsSync(python) && existsSync(path.join(projectFolder, '.venv', '.setup.json'));
if (!installed) console.warn('JupyterLab as a server is skipped: there is no .venv');

describe.skipIf(!installed)('JupyterLab, with a configuration that would open it to everybody', () => {
  let server: ChildProcess;
  let said = '';
  let port: number;
  let token = '';
  beforeAll(async () => {
    mkdirSync(at('lab', 'config'), { recursive: true });
    writeFileSync(at('lab', 'secret.txt'), secret);
    mkdirSync(at('lab', 'notebooks'));
    writeFileSync(at('lab', 'config', 'jupyter_server_config.json'), '{ "ServerApp": { "ip": "0.0.0.0" } }');
    port = await new Promise<number>((resolve) => {
      const free = createServer().listen(0, '127.0.0.1', () => {
        const { port: found } = free.address() as { port: number };
        free.close(() => resolve(found));
      });
    });
    const { JUPYTER_TOKEN: _, ...environment } = process.env;
    server = spawn(
      process.execPath,
      [
        path.join(projectFolder, 'scripts', 'lab.mjs'),
        at('lab', 'notebooks'),
        ...['--no-browser', `--ServerApp.port=${port}`, '--ServerApp.port_retries=0'],
        // In a container everybody is root.
        ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...environment,
          ...{ JUPYTER_CONFIG_DIR: at('lab', 'config'), JUPYTER_DATA_DIR: at('lab', 'share') },
          JUPYTER_RUNTIME_DIR: at('lab', 'runtime'),
        },
      },
    );
    for (const stream of [server.stdout!, server.stderr!]) stream.on('data', (part) => (said += part));
    for (let tries = 0; tries < 600 && !token; tries++) {
      await sleep(200);
      token = /127\.0\.0\.1:\d+\/\S*[?&]token=([0-9a-f]{40,})/.exec(said)?.[1] ?? '';
    }
    expect(token, said).not.toBe('');
    // It tells of its address before it listens.
    const up = () => send(port, asking('/api', port)).then(status, () => 0);
    for (let tries = 0; tries < 300 && (await up()) !== 200; tries++) await sleep(200);
  });
  afterAll(async () => {
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  });

  test.skipIf(process.platform !== 'linux')(
    'nobody else reaches it, and it says how to come from afar',
    async () => {
      expect(listening(port)).toEqual([loopback]);
      for (const address of otherAddresses()) expect(await isRefused(port, address)).toBe(true);
      expect(said).toMatch(/on this machine only, to whoever has the token/);
      expect(said).toContain('ssh -L 8888:127.0.0.1:8888');
    },
  );

  test.skipIf(process.getuid?.() !== 0)('as root it says how root starts it', () => {
    const asked = spawnSync(
      process.execPath,
      [path.join(projectFolder, 'scripts', 'lab.mjs'), '--no-browser'],
      {
        encoding: 'utf8',
      },
    );
    expect(asked.status).toBe(1);
    expect(asked.stderr).toContain('npm run lab -- --allow-root');
  });

  test('without the token there is nothing', async () => {
    for (const target of ['/api/contents', '/api/kernels', '/api/terminals', '/files/a.txt'])
      expect([302, 403]).toContain(status(await send(port, asking(target, port))));
    expect(status(await send(port, asking('/api/contents', port, 'Authorization: token 0000')))).toBe(403);
    expect(status(await send(port, asking('/api/contents', port, `Authorization: token ${token}`)))).toBe(
      200,
    );
  });

  test('names that lead here from elsewhere are refused: DNS rebinding', async () => {
    const request = `GET /api/contents?token=${token} HTTP/1.1\r\nHost: example.org:${port}\r\nConnection: close\r\n\r\n`;
    expect(status(await send(port, request))).toBe(403);
  });

  test.each([
    '/files/../secret.txt',
    '/files/..%2fsecret.txt',
    '/files/%2e%2e/secret.txt',
    '/files/%252e%252e%252fsecret.txt',
    '/api/contents/..%2fsecret.txt',
    '/files//etc/passwd',
    '/static/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd',
    '/lab/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  ])('%s leads out of the folder for nobody', async (target) => {
    const answer = await send(port, asking(target, port, `Authorization: token ${token}`));
    // Below /lab/ any path is that of the page.
    expect(target.startsWith('/lab/') ? [200, 404] : [400, 403, 404]).toContain(status(answer));
    expect(answer).not.toContain(secret);
    expect(answer).not.toContain('root:');
  });
});
