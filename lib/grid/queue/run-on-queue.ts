import { setTimeout as sleep } from 'node:timers/promises';
import { FlowProducer } from 'bullmq';
import type { ReadingOptions } from '../../dataset/reading-options';
import type { Grid } from '../grid';
import { openStore } from '../open-store';
import { type Plan, resultName } from '../plan';
import { planGrid } from '../plan-grid';
import type { ResultStore } from '../result-store';
import { comparisonOf, type GridResult, keepPlanned } from '../run-grid';
import { prefix } from './connection';
import { flowOf, jobId } from './jobs';
import { type Queues, withQueues } from './queues';
import { queueStatus } from './status';

/** Milliseconds between two looks. */
const look = 1000;

/** Names of all results that a plan's pieces may have left in the store. */
async function resultsThere(plan: Plan, store: ResultStore): Promise<Set<string>> {
  const kinds = [...new Set(plan.pieces.map(({ kind }) => kind))];
  const names = await Promise.all(kinds.map((kind) => store.list(kind)));
  return new Set(names.flat());
}

/**
 * Adds the flow of a plan unless it is in the queue.
 * @param anew whether one that ended is replaced: its result is gone from the store, or it failed the last time
 */
async function addFlow(
  { connection, pieces }: Queues,
  plan: Plan,
  at: { store: string; hash: string },
  store: ResultStore,
  anew: boolean,
): Promise<void> {
  const root = await pieces.getJob(jobId(plan, plan.pieces.at(-1)!.name));
  if (root && !(anew && ['completed', 'failed'].includes(await root.getState()))) return;
  await root?.remove({ removeChildren: true });
  const producer = new FlowProducer({ connection, prefix });
  producer.on('error', () => undefined);
  try {
    await producer.add(flowOf(plan, at, await resultsThere(plan, store)));
  } finally {
    await producer.close();
  }
}

/**
 * Runs a grid by the workers of a queue: adds what is missing, and waits until it is done or only failed pieces are
 * left. Interrupted, it leaves the workers at work; run again, it waits for the same pieces.
 * @param options.queue redis://…
 * @param options.store a folder that all workers see under this path, or "s3://bucket/prefix"
 * @throws InputError as `planGrid` does
 * @throws the signal's reason when interrupted
 */
export async function runOnQueue(
  grid: Grid,
  {
    queue: url,
    store: at,
    onProgress,
    signal,
    onRefused,
  }: ReadingOptions & { readonly queue: string; readonly store: string },
): Promise<GridResult> {
  const store = await openStore(at);
  const planned = await planGrid(grid, { onProgress, signal, onRefused });
  const { plan } = planned;
  const result = resultName(plan.pieces.at(-1)!);
  const total = plan.pieces.length;
  const before = await resultsThere(plan, store);
  const found = plan.pieces.filter((piece) => before.has(resultName(piece))).length;
  const ended = { store: store.url, result };
  const there = await comparisonOf(planned, store);
  if (there) return { ...ended, computed: 0, found: total, failed: [], comparison: there };
  const hash = await keepPlanned(planned, store, { onProgress, signal });
  return withQueues(
    url,
    async (queues) => {
      for (let anew = true; ; anew = false) {
        // Again and again: a Redis that lost its memory is told anew.
        await addFlow(queues, plan, { store: store.url, hash }, store, anew);
        const comparison = await comparisonOf(planned, store);
        if (comparison) return { ...ended, computed: total - found, found, failed: [], comparison };
        const { running, waiting, failed, workers } = await queueStatus(queues);
        const open = waiting + running.length + failed.length;
        const note = workers
          ? `${running.length} running`
          : 'no worker is connected; start xray-transfer worker';
        onProgress?.({ stage: 'pieces', done: Math.max(0, total - open), total, note });
        // Besides what failed, only those wait that need it.
        const stuck = failed.length > 0 && !running.length && (await isStuck(queues));
        if (stuck) {
          const failures = failed.map(({ piece, reason }) => ({ name: piece, title: piece, reason }));
          return { ...ended, computed: total - found - open, found, failed: failures, comparison: null };
        }
        await sleep(look, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    },
    signal,
  );
}

/** Whether nothing is about to be computed. */
async function isStuck({ pieces, steps }: Queues): Promise<boolean> {
  const kinds = ['waiting', 'active', 'delayed', 'prioritized'] as const;
  const counts = await Promise.all([pieces, steps].map((queue) => queue.getJobCounts(...kinds)));
  return counts.flatMap((count) => Object.values(count)).every((count) => count === 0);
}
