import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asError, InputError } from '../core/check';
import { securityHeaders } from './policy';
import type { Site } from './site';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** This machine only: others cannot connect. */
const host = '127.0.0.1';

/** A server that runs. */
export interface RunningSite {
  /** Where a browser on this machine finds it. */
  readonly address: string;
  /** Ends it; connections that are open are cut. */
  close(): Promise<void>;
}

function refuse(response: ServerResponse, status: number, words: string, headers = {}): void {
  response.writeHead(status, { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${words}\n`);
}

/** The names by which a browser on this machine calls it; a foreign one is a page elsewhere that means to read it. */
const isOwnName = (name: string | undefined, port: number): boolean =>
  [host, 'localhost'].some((own) => name === `${own}:${port}` || (port === 80 && name === own));

/** The file of a request; undefined for everything that is no file of the site, whatever the path says. */
function fileOf(files: Site['files'], url: string): string | undefined {
  try {
    const name = decodeURIComponent(url.split(/[?#]/)[0]!).slice(1);
    return files.get(name || 'index.html');
  } catch {
    return undefined;
  }
}

async function answer(
  { files }: Site,
  { method, url = '/', headers, socket }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isOwnName(headers.host, socket.localPort!))
    return refuse(response, 421, 'This server answers to its own name only.');
  if (method !== 'GET' && method !== 'HEAD')
    return refuse(response, 405, 'GET and HEAD only.', { Allow: 'GET, HEAD' });
  const file = fileOf(files, url);
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file === undefined || !found?.isFile()) return refuse(response, 404, 'There is no such file.');
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
    'Content-Length': found.size,
  });
  if (method === 'HEAD') response.end();
  // Whoever went away meanwhile misses nothing.
  else await pipeline(createReadStream(file), response).catch(() => undefined);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new InputError(`port ${port} is in use; name another with --port, or 0 for any that is free`)
          : new InputError(`port ${port} cannot be opened: ${asError(error).message}`),
      ),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Serves the files of a site, by their names and nothing else, to browsers on this machine.
 * @param port 0 for any that is free
 * @throws InputError if the port cannot be had
 */
export async function serveSite(site: Site, port: number): Promise<RunningSite> {
  const server = createServer((request, response) => void answer(site, request, response));
  const own = await listen(server, port);
  return {
    address: `http://${host}:${own}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
