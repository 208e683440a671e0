import type { ConnectionOptions } from 'bullmq';
import { asError, InputError } from '../../core/check';

/** Before the names of all keys in Redis. */
export const prefix = 'xray-transfer';
/** Pieces, computed in sandboxed processes; and what comes between them, done by the workers themselves. */
export const queueNames = { pieces: 'pieces', steps: 'steps' } as const;

/**
 * How BullMQ connects: it tries for ever, so that work outlives a Redis that is started again and a network that was
 * cut.
 * @param over aborted when nobody needs the connection any more: then it is not tried again, and what waits for it fails
 */
export const connectionTo = (url: string, over: AbortSignal): ConnectionOptions => ({
  url,
  maxRetriesPerRequest: null,
  keepAlive: 10_000,
  retryStrategy: (tries: number) => (over.aborted ? null : Math.min(tries * 200, 5000)),
});

/** The first number of a version. */
const isOlder = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a < major || (a === major && b < minor);
};

/** An address without the password in it. */
const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ':…@');

/**
 * Checks that Redis answers and keeps what it is given.
 * @returns what is unwise about its settings, a sentence each
 * @throws InputError if the address is none, nobody answers, it is older than 6.2, or would forget jobs when full
 */
export async function checkRedis(url: string): Promise<string[]> {
  const shown = withoutPassword(url);
  if (!/^rediss?:\/\/./.test(url))
    throw new InputError(`queue is "${shown}"; give redis://host:port, or rediss:// for TLS`);
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null });
  // What goes wrong is told by the command that fails.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const info = await redis.info();
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    if (isOlder(field('redis_version'), [6, 2]))
      throw new InputError(`Redis at ${shown} is ${field('redis_version')}; BullMQ needs 6.2 or newer`);
    const policy = field('maxmemory_policy');
    if (policy && policy !== 'noeviction')
      throw new InputError(
        `Redis at ${shown} has maxmemory-policy ${policy}, which forgets jobs when memory is short; set it to noeviction`,
      );
    return field('aof_enabled') === '1'
      ? []
      : ['Redis has appendonly off: jobs of the last minutes are lost if it dies; set appendonly yes'];
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`Redis at ${shown} does not answer (${asError(error).message})`);
  } finally {
    redis.disconnect();
  }
}
