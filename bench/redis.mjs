import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const { Redis } = createRequire(import.meta.url)('ioredis');

/** Whether there is a Redis server to start. */
export function hasRedis() {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a Redis of the benchmark's own on the loopback, with its log in a folder; a client, its address, its end. */
export async function startRedis(folder) {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const server = spawn('redis-server', [...args, '--appendonly', 'yes', '--save', ''], { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url);
  client.on('error', () => undefined);
  for (let tries = 0; client.status !== 'ready'; tries++) {
    if (tries > 200) throw new Error('redis-server does not answer');
    await pause(50);
  }
  return {
    url,
    client,
    stop() {
      client.disconnect();
      server.kill('SIGTERM');
    },
  };
}
