import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FileServer {
  readonly url: string;
  /** Headers of the requests that have come. */
  readonly requests: IncomingHttpHeaders[];
  /** Answers of the next requests, in order; the last one stays. */
  answer(...answers: Answer[]): void;
  close(): Promise<void>;
}

/** A real server on this computer. */
export async function serveFiles(): Promise<FileServer> {
  let answers: Answer[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer) answer(request, response);
    else response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.bin`,
    requests,
    answer: (...next) => {
      answers = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface ServeOptions {
  /** Default '"one"'; empty for none. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** Whether Range is honoured. Default true. */
  readonly ranges?: boolean;
  /** Cut the connection once this many bytes of the file were sent. */
  readonly cutAt?: number;
  /** Go silent once this many bytes of the file were sent. */
  readonly stallAt?: number;
}

/** Serves bytes with Range and If-Range as RFC 9110 has them. */
export function serve(content: Buffer, options: ServeOptions = {}): Answer {
  const { etag = '"one"', lastModified, ranges = true, cutAt, stallAt } = options;
  return ({ headers }, response) => {
    const validators = [etag, lastModified].filter(Boolean);
    const asked = ranges ? /^bytes=(\d+)-$/.exec(headers.range ?? '') : null;
    const start = asked && validators.includes(headers['if-range'] as string) ? Number(asked[1]) : 0;
    if (etag) response.setHeader('etag', etag);
    if (lastModified) response.setHeader('last-modified', lastModified);
    if (start > 0)
      response.setHeader('content-range', `bytes ${start}-${content.length - 1}/${content.length}`);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start });
    const end = cutAt ?? stallAt;
    if (end === undefined) response.end(content.subarray(start));
    // The cut waits until the bytes are with the other side: a reset may overtake them.
    else
      response.write(content.subarray(start, end), () => {
        if (cutAt !== undefined) setTimeout(() => response.socket?.destroy(), 100);
      });
  };
}

export const refuse =
  (status: number, headers = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, headers).end('no');
  };
