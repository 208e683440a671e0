import { Queue } from 'bullmq';
import { connectionTo, prefix, queueNames } from './connection';
import type { PieceJob, StepJob } from './jobs';

/** Both queues of a Redis. */
export interface Queues {
  readonly pieces: Queue<PieceJob>;
  readonly steps: Queue<StepJob>;
}

/** Opens both queues for some work. */
export async function withQueues<T>(url: string, work: (queues: Queues) => Promise<T>): Promise<T> {
  const shared = { connection: connectionTo(url), prefix };
  const queues = {
    pieces: new Queue<PieceJob>(queueNames.pieces, shared),
    steps: new Queue<StepJob>(queueNames.steps, shared),
  };
  // They connect again by themselves; whoever waits sees it in the time it takes.
  for (const queue of Object.values(queues)) queue.on('error', () => undefined);
  try {
    return await work(queues);
  } finally {
    await Promise.all(Object.values(queues).map((queue) => queue.close()));
  }
}
