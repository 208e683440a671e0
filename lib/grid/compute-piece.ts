import type { WorkOptions } from '../core/progress';
import { computeAuditPiece } from './audit-piece';
import { compareTrainings } from './comparison';
import { checkComputing } from './computing';
import { computeFeaturePiece } from './feature-piece';
import { type Piece, type Plan, resultName } from './plan';
import type { ResultStore } from './result-store';
import { computeTrainingPiece } from './training-piece';

/** Whether a piece's result was there already. */
export type PieceOutcome = 'found' | 'computed';

async function compute(plan: Plan, piece: Piece, store: ResultStore, work: WorkOptions): Promise<void> {
  switch (piece.kind) {
    case 'features':
      return computeFeaturePiece(plan, piece, store, work);
    case 'training':
      return computeTrainingPiece(plan, piece, store, work);
    case 'audit':
      return computeAuditPiece(plan, piece, store, work);
    case 'comparison':
      return store.put(resultName(piece), JSON.stringify(await compareTrainings(plan, store)));
  }
}

/**
 * Computes a piece and keeps its result, unless the store has it. What it needs must be in the store.
 * @throws InputError if this process would compute it otherwise than the plan says, or as the work itself does
 * @throws the signal's reason when interrupted; nothing is kept of the piece then
 */
export async function computePiece(
  plan: Plan,
  piece: Piece,
  store: ResultStore,
  work: WorkOptions = {},
): Promise<PieceOutcome> {
  if (await store.has(resultName(piece))) return 'found';
  await checkComputing(plan.computing);
  await compute(plan, piece, store, work);
  return 'computed';
}
