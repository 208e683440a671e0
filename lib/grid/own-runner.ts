import { computePiece } from './compute-piece';
import type { Plan } from './plan';
import type { ResultStore } from './result-store';
import type { PieceRunner } from './run-pieces';

/** Computes pieces in this process. */
export const ownRunner = (plan: Plan, store: ResultStore): PieceRunner => ({
  run: (piece, work) => computePiece(plan, piece, store, work),
  close: async () => undefined,
});
