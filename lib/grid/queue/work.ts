import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Job, Worker } from 'bullmq';
import { projectFolder } from '../../core/settings';
import { limitThreads } from '../computing';
import { addTrainings } from './add-trainings';
import { connectionTo, prefix, queueNames } from './connection';
import type { PieceJob, StepJob } from './jobs';

export interface WorkerOptions {
  /** Pieces at once, each in a process of its own. */
  readonly processes: number;
  /** Seconds without a sign after which another worker takes over what a worker had. */
  readonly silence: number;
  /** Told in a sentence what happens. */
  readonly onEvent: (text: string) => void;
}

/** So often may a piece be taken over from workers that fell silent; then it counts as failed. */
const takenOver = 20;

/** A worker at a queue. */
export interface QueueWorker {
  /** Takes no more pieces, and waits for those it has; not for a Redis that is away. */
  drain(): Promise<void>;
}

/**
 * Closes a worker once its clients are connected or have given up: ioredis, told to end while it waits to connect again,
 * never says that it did (5.11), and BullMQ (6.7) would wait for that for ever.
 */
async function close(worker: Worker): Promise<void> {
  const { connection, blockingConnection } = worker.backend;
  const clients = await Promise.all([connection.client, blockingConnection!.client]);
  while (clients.some(({ status }) => status === 'reconnecting')) await pause(20);
  await worker.close();
}

/**
 * Works on the pieces of a queue until it is drained.
 * @param url redis://…
 */
export function startWorker(url: string, { processes, silence, onEvent }: WorkerOptions): QueueWorker {
  limitThreads();
  const over = new AbortController();
  const shared = {
    connection: connectionTo(url, over.signal),
    prefix,
    // Redis takes no blanks in the name of a client.
    name: `${hostname()}-${process.pid}`,
    lockDuration: silence * 1000,
    stalledInterval: silence * 1000,
    maxStalledCount: takenOver,
    // Fetching again soon after an error: 15 seconds are long in a run of minutes.
    runRetryDelay: 1000,
  };
  const processor = path.join(projectFolder, 'dist', 'grid', 'queue', 'piece-processor.js');
  const pieces = new Worker<PieceJob>(queueNames.pieces, processor, { ...shared, concurrency: processes });
  const steps = new Worker<StepJob>(
    queueNames.steps,
    ({ data }: Job<StepJob>) => addTrainings(shared.connection, data),
    shared,
  );
  let lastError = '';
  for (const worker of [pieces, steps]) {
    worker.on('completed', (job) => onEvent(`${job.data.title}: ${job.returnvalue}`));
    worker.on('failed', (job, error) => onEvent(`${job?.data.title ?? 'a job'}: failed (${error.message})`));
    worker.on('stalled', (id) => onEvent(`${id}: its worker fell silent; it is taken over`));
    worker.on('error', (error) => {
      // While Redis is away it is the same one many times a second.
      if (error.message !== lastError) onEvent(`Redis: ${error.message}`);
      lastError = error.message;
    });
    worker.on('ready', () => {
      lastError = '';
    });
  }
  return {
    async drain() {
      over.abort();
      await Promise.all([pieces, steps].map(close));
    },
  };
}
