import type { FlowJob } from 'bullmq';
import { type Piece, type Plan, resultName, titleOf } from '../plan';
import { prefix, queueNames } from './connection';

/** What a job says: where the work is written down, and which piece of it. Never tensors. */
export interface PieceJob {
  /** The store's address, and the plan's hash in it. */
  readonly store: string;
  readonly plan: string;
  /** Name of the piece. */
  readonly piece: string;
  readonly title: string;
}

/** What comes between the features of a group and the trainings on them: adding these to the queue. */
export interface StepJob extends Omit<PieceJob, 'piece'> {
  readonly group: string;
  /** Trainings that it will add. */
  readonly trainings: number;
}

/** A failure may be of one machine, or of a moment: 1, 2, 4, 8 seconds later it is tried again. */
const retried = { attempts: 5, backoff: { type: 'exponential', delay: 1000 } } as const;
/** Seconds that a finished job can be seen in Redis; its result stays in the store. */
const shown = 7 * 24 * 3600;
const options = { ...retried, removeOnComplete: { age: shown } } as const;

/**
 * The id of a job: it follows from the comparison that it is for and from the piece, so that adding it twice changes
 * nothing.
 */
export const jobId = (plan: Plan, name: string): string => `${plan.pieces.at(-1)!.name.slice(0, 16)}-${name}`;

/** A piece as a job. */
export const pieceJob = (plan: Plan, piece: Piece, { store, hash }: { store: string; hash: string }) => {
  const title = titleOf(plan, piece);
  const data: PieceJob = { store, plan: hash, piece: piece.name, title };
  return { name: piece.kind, data, opts: { ...options, jobId: jobId(plan, piece.name) } };
};

/**
 * The flow of a plan: the comparison waits for audits and for a step a group of features; each step waits for its
 * features, then adds the trainings on them to what the comparison waits for. (In BullMQ a job has one parent, while all
 * trainings of a network need all its features.)
 * @param there names of results that the store has: their pieces are left out
 */
export function flowOf(plan: Plan, at: { store: string; hash: string }, there: ReadonlySet<string>): FlowJob {
  const missing = plan.pieces.filter((piece) => !there.has(resultName(piece)));
  const job = (piece: Piece) => ({ ...pieceJob(plan, piece, at), queueName: queueNames.pieces, prefix });
  const steps = plan.groups.map(({ name: group, title }) => {
    const trainings = missing.filter((piece) => piece.kind === 'training' && piece.group === group);
    const data: StepJob = {
      store: at.store,
      plan: at.hash,
      group,
      title: `trainings on ${title}`,
      trainings: trainings.length,
    };
    return {
      ...{
        name: 'step',
        data,
        queueName: queueNames.steps,
        prefix,
        opts: { ...options, jobId: jobId(plan, group) },
      },
      children: missing.filter((piece) => piece.kind === 'features' && piece.group === group).map(job),
    };
  });
  const alone = missing.filter(
    (piece) => piece.kind === 'audit' || (piece.kind === 'training' && !piece.group),
  );
  return {
    ...job(plan.pieces.at(-1)!),
    children: [...steps.filter(({ data }) => data.trainings > 0), ...alone.map(job)],
  };
}
