import { asError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { PieceOutcome } from './compute-piece';
import { type Piece, type Plan, titleOf } from './plan';

/** Somebody who computes pieces, one after the other. */
export interface PieceRunner {
  run(piece: Piece, work: WorkOptions): Promise<PieceOutcome>;
  /** Ends what it has begun. */
  close(): Promise<void>;
}

/** A piece that could not be computed. */
export interface FailedPiece {
  readonly name: string;
  readonly title: string;
  readonly reason: string;
}

/** What became of a plan's pieces; those that need a failed one were not begun. */
export interface PiecesDone {
  readonly computed: number;
  /** Their results were there. */
  readonly found: number;
  readonly failed: readonly FailedPiece[];
}

/**
 * Has pieces computed by several runners at once, each when what it needs is there. One that fails stops nothing but
 * those that need it.
 * @throws the signal's reason when interrupted, once the runners have stopped; finished pieces are kept
 */
export async function runPieces(
  plan: Plan,
  runners: readonly PieceRunner[],
  { onProgress, signal }: WorkOptions,
): Promise<PiecesDone> {
  const left = [...plan.pieces];
  /** Pieces of each group that are not done, and pieces that the comparison waits for. */
  const openOf = new Map<string, number>();
  let open = 0;
  for (const piece of plan.pieces) {
    if (piece.kind === 'features') openOf.set(piece.group, (openOf.get(piece.group) ?? 0) + 1);
    if (piece.kind !== 'comparison') open++;
  }
  const isReady = (piece: Piece): boolean =>
    piece.kind === 'comparison'
      ? open === 0
      : piece.kind !== 'training' || !piece.group || !openOf.get(piece.group);
  const counts = { computed: 0, found: 0 };
  const failed: FailedPiece[] = [];
  let wake: () => void = () => undefined;
  let change = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const changed = () => {
    wake();
    change = new Promise((resolve) => {
      wake = resolve;
    });
  };
  let active = 0;
  const finish = (piece: Piece, outcome: PieceOutcome) => {
    counts[outcome]++;
    if (piece.kind === 'features') openOf.set(piece.group, openOf.get(piece.group)! - 1);
    if (piece.kind !== 'comparison') open--;
    const done = counts.computed + counts.found;
    onProgress?.({ stage: 'pieces', done, total: plan.pieces.length, note: titleOf(plan, piece) });
  };
  const work = async (runner: PieceRunner) => {
    while (left.length && !signal?.aborted) {
      const at = left.findIndex(isReady);
      if (at < 0) {
        // Whoever is at work may make others ready; nobody is: the rest needs what failed.
        if (!active) return;
        await change;
        continue;
      }
      const [piece] = left.splice(at, 1);
      active++;
      try {
        finish(piece!, await runner.run(piece!, { signal }));
      } catch (error) {
        if (!signal?.aborted)
          failed.push({ name: piece!.name, title: titleOf(plan, piece!), reason: asError(error).message });
      } finally {
        active--;
        changed();
      }
    }
  };
  try {
    await Promise.all(runners.map(work));
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
  signal?.throwIfAborted();
  return { ...counts, failed };
}
