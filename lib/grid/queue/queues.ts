import { type ConnectionOptions, Queue } from 'bullmq';
import { connectionTo, prefix, queueNames } from './connection';
import type { PieceJob, StepJob } from './jobs';

/** Both queues of a Redis, and how they are connected to it. */
export interface Queues {
  readonly connection: ConnectionOptions;
  readonly pieces: Queue<PieceJob>;
  readonly steps: Queue<StepJob>;
}

/**
 * Opens both queues for some work, which waits for a Redis that is away until it is interrupted.
 * @throws the signal's reason when interrupted
 */
export async function withQueues<T>(
  url: string,
  work: (queues: Queues) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const connection = connectionTo(url, signal ? AbortSignal.any([signal, over.signal]) : over.signal);
  const shared = { connection, prefix };
  const queues = {
    pieces: new Queue<PieceJob>(queueNames.pieces, shared),
    steps: new Queue<StepJob>(queueNames.steps, shared),
  };
  // They connect again by themselves; whoever waits sees it in the time it takes.
  for (const queue of Object.values(queues)) queue.on('error', () => undefined);
  try {
    return await work({ connection, ...queues });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    await Promise.all(Object.values(queues).map((queue) => queue.close()));
  }
}
