// What BullMQ runs in a process of its own: one piece after the other.
import type { SandboxedJob } from 'bullmq';
import { computePiece, type PieceOutcome } from '../compute-piece';
import { limitThreads } from '../computing';
import { keptPlan } from '../kept-plan';
import { openStore } from '../open-store';
import type { PieceJob } from './jobs';

/** Milliseconds between two reports. */
const reportEvery = 1000;

limitThreads();
// A worker that is killed must not leave a process behind that computes what others compute again.
process.on('disconnect', () => process.exit());
// What cannot be told to a worker that is gone fails before the news of its end is heard, and BullMQ answers a failure by
// telling the worker: for ever.
process.prependListener('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (!process.connected || /^(EPIPE|ERR_IPC)/.test(error.code ?? '')) process.exit(1);
});

/** Computes the piece of a job, unless the store has its result. */
export default async function compute(job: SandboxedJob<PieceJob>): Promise<PieceOutcome> {
  const store = await openStore(job.data.store);
  const plan = await keptPlan(store, job.data.plan);
  const piece = plan.pieces.find(({ name }) => name === job.data.piece)!;
  let reported = performance.now();
  return computePiece(plan, piece, store, {
    onProgress: ({ stage, done, total }) => {
      if (performance.now() - reported < reportEvery) return;
      reported = performance.now();
      job.updateProgress({ stage, done, total }).catch(() => undefined);
    },
  });
}
