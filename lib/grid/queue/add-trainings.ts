import { type ConnectionOptions, Queue } from 'bullmq';
import { keptPlan } from '../kept-plan';
import { openStore } from '../open-store';
import { resultName } from '../plan';
import { prefix, queueNames } from './connection';
import { jobId, pieceJob, type StepJob } from './jobs';

/** Adds the trainings on a group of features, now that these are there, to what the comparison waits for. */
export async function addTrainings(
  connection: ConnectionOptions,
  { store: at, plan: hash, group }: StepJob,
): Promise<number> {
  const store = await openStore(at);
  const plan = await keptPlan(store, hash);
  const there = new Set(await store.list('training'));
  const missing = plan.pieces.filter(
    (piece) => piece.kind === 'training' && piece.group === group && !there.has(resultName(piece)),
  );
  const queue = new Queue(queueNames.pieces, { connection, prefix });
  try {
    const parent = { id: jobId(plan, plan.pieces.at(-1)!.name), queue: queue.qualifiedName };
    await queue.addBulk(
      missing.map((piece) => {
        const { name, data, opts } = pieceJob(plan, piece, { store: at, hash });
        return { name, data, opts: { ...opts, parent } };
      }),
    );
    return missing.length;
  } finally {
    await queue.close();
  }
}
