import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { endingWithUs } from '../ending-with-us';

/** Why tests of the queue are skipped; undefined where there is a Redis server. */
export const noRedis: string | undefined = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no redis-server here (Debian: apt-get install redis-server)';
  }
})();

/** A port of the loopback that nobody listens at. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export interface TestRedis {
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again with what its log holds. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface RedisOptions {
  readonly host?: string;
  readonly command?: readonly string[];
  readonly settings?: readonly string[];
}

/**
 * A Redis as the guide wants it: every write in its log at once, nothing evicted.
 * @param folder of its log
 * @param at where it listens. Default: a free port of the loopback
 * @param command what it is started by: `ip netns exec NAME`
 * @param settings that differ from those
 */
export async function startRedis(
  folder: string,
  { host = '127.0.0.1', command = [], settings = [] }: RedisOptions = {},
): Promise<TestRedis> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  let server: ChildProcess;
  const args = [
    ...['--port', String(port), '--bind', host, '--protected-mode', 'no', '--dir', folder],
    ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'],
    ...settings,
  ];
  const url = `redis://${host}:${port}`;
  const answers = async () => {
    if (command.length) {
      execFileSync(command[0]!, [...command.slice(1), 'redis-cli', '-h', host, '-p', String(port), 'ping']);
      return;
    }
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    await redis
      .connect()
      .then(() => redis.ping())
      .finally(() => redis.disconnect());
  };
  const start = async () => {
    const [program, ...rest] = [...endingWithUs, ...command, 'redis-server', ...args];
    server = spawn(program!, rest, { stdio: 'ignore' });
    for (let tries = 0; ; tries++) {
      try {
        return await answers();
      } catch (error) {
        if (tries > 200) throw error;
        await pause(50);
      }
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await ended;
  };
  await start();
  return { url, restart: start, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
