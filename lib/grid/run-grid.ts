import { checkWhole } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { ReadingOptions } from '../dataset/reading-options';
import { childRunner } from './child-runner';
import type { GridComparison } from './comparison';
import type { Grid } from './grid';
import { keepPlan } from './kept-plan';
import { keepRecords } from './kept-records';
import { openStore, ownStore } from './open-store';
import { ownRunner } from './own-runner';
import { keepPictures } from './picture-files';
import { resultName } from './plan';
import { type PlannedGrid, planGrid } from './plan-grid';
import type { ResultStore } from './result-store';
import { type PiecesDone, runPieces } from './run-pieces';

/** How a grid is run on this machine. */
export interface GridOptions extends ReadingOptions {
  /** Where results are kept: a folder, or "s3://bucket/prefix". Default: `grid` in the cache. */
  readonly store?: string;
  /** Local processes that work at once, each with its own memory. Default: this process alone. */
  readonly processes?: number;
}

/** What became of a grid. */
export interface GridResult extends PiecesDone {
  /** Where the results are. */
  readonly store: string;
  /** Name of the comparison's result in the store. */
  readonly result: string;
  /** Null where pieces failed. */
  readonly comparison: GridComparison | null;
}

/** The comparison of a plan, if it is in the store. */
export async function comparisonOf(
  { plan }: Pick<PlannedGrid, 'plan'>,
  store: ResultStore,
): Promise<GridComparison | null> {
  const bytes = await store.get(resultName(plan.pieces.at(-1)!));
  return bytes ? JSON.parse(bytes.toString()) : null;
}

/** Keeps in the store what workers need of a planned grid. @returns the plan's hash */
export async function keepPlanned(
  { plan, records }: PlannedGrid,
  store: ResultStore,
  { onProgress, signal }: WorkOptions,
): Promise<string> {
  for (const xrays of records) {
    await keepRecords(store, xrays);
    // Who shares a folder sees the pictures too.
    if (store.url.startsWith('s3://'))
      await keepPictures(
        store,
        xrays,
        (done) => onProgress?.({ stage: 'pictures to the store', done, total: xrays.length }),
        signal,
      );
  }
  return keepPlan(store, plan);
}

/**
 * Runs a grid on this machine: cuts it into pieces, computes those whose results are not in the store, and sets all
 * trainings beside each other. Results are the same to the bit with any number of processes. For education only.
 * @param grid as `readGrid` gives it
 * @throws InputError as `planGrid` does; failures of single pieces are told in the result
 * @throws the signal's reason when interrupted; finished pieces are kept, and found when it is run again
 */
export async function runGrid(grid: Grid, options: GridOptions = {}): Promise<GridResult> {
  const { store: url = ownStore(), processes, onProgress, signal, onRefused } = options;
  if (processes !== undefined) checkWhole('processes', processes, 1, 1024);
  const work = { onProgress, signal };
  const store = await openStore(url);
  const planned = await planGrid(grid, { ...work, onRefused });
  const hash = await keepPlanned(planned, store, work);
  const { plan } = planned;
  const runners = processes
    ? Array.from({ length: Math.min(processes, plan.pieces.length) }, () => childRunner(hash, store.url))
    : [ownRunner(plan, store)];
  const done = await runPieces(plan, runners, work);
  const result = resultName(plan.pieces.at(-1)!);
  return { store: store.url, result, ...done, comparison: await comparisonOf(planned, store) };
}
