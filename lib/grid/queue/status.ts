import type { Job } from 'bullmq';
import type { PieceJob, StepJob } from './jobs';
import type { Queues } from './queues';

/** A piece that a worker has. */
export interface RunningPiece {
  readonly piece: string;
  /** Machine and process; absent in the moment of taking it. */
  readonly worker?: string;
  readonly seconds: number;
  /** What it has done of what, where it says so. */
  readonly progress?: { readonly stage: string; readonly done: number; readonly total?: number };
}

/** A piece that was tried as often as it may be. */
export interface FailedJob {
  readonly piece: string;
  readonly reason: string;
  readonly tries: number;
}

/** What a queue has done and has to do. */
export interface QueueStatus {
  readonly done: number;
  readonly running: readonly RunningPiece[];
  /** Pieces to come, among them trainings whose features are not there yet. */
  readonly waiting: number;
  readonly failed: readonly FailedJob[];
  /** Pieces a minute, of the last ones done; null before there are two. */
  readonly rate: number | null;
  /** Seconds that the rest takes at this rate. */
  readonly secondsLeft: number | null;
  /** How many workers are connected. */
  readonly workers: number;
}

/** Pieces that the rate is taken from. */
const lastOnes = 200;

/** Pieces a minute, from the times when the last ones ended, in milliseconds. */
export function rateOf(ends: readonly number[], now: number): number | null {
  const first = Math.min(...ends);
  return ends.length > 1 && now > first ? ((ends.length - 1) * 60_000) / (now - first) : null;
}

const failedJob = (job: Job<PieceJob | StepJob>): FailedJob => ({
  piece: job.data.title,
  reason: job.failedReason,
  tries: job.attemptsMade,
});

const runningPiece = (job: Job<PieceJob>, now: number): RunningPiece => ({
  piece: job.data.title,
  ...(job.processedBy && { worker: job.processedBy }),
  seconds: (now - (job.processedOn ?? now)) / 1000,
  ...(typeof job.progress === 'object' && { progress: job.progress as RunningPiece['progress'] }),
});

/** Looks at the queue. */
export async function queueStatus({ pieces, steps }: Queues): Promise<QueueStatus> {
  const now = Date.now();
  const counts = await pieces.getJobCounts(
    'completed',
    'waiting',
    'delayed',
    'prioritized',
    'waiting-children',
  );
  const coming = await steps.getJobs(['waiting', 'delayed', 'waiting-children', 'active']);
  const trainings = coming.reduce((sum, job) => sum + (job?.data.trainings ?? 0), 0);
  const active = await pieces.getActive();
  const failed = [...(await pieces.getFailed()), ...(await steps.getFailed())];
  const ended = (await pieces.getCompleted(0, lastOnes - 1)).flatMap((job) => job?.finishedOn ?? []);
  const { completed: done = 0, ...left } = counts;
  const waiting = Object.values(left).reduce((a, b) => a + b, 0) + trainings;
  const rate = rateOf(ended, now);
  const open = waiting + active.length;
  return {
    done,
    running: active.filter(Boolean).map((job) => runningPiece(job, now)),
    waiting,
    failed: failed.filter(Boolean).map(failedJob),
    rate,
    secondsLeft: open === 0 ? 0 : rate && (open / rate) * 60,
    workers: await pieces.getWorkersCount(),
  };
}
