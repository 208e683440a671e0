// A process that computes the pieces its parent names, one after the other, and ends with it.
import { asError } from '../core/check';
import { computePiece, type PieceOutcome } from './compute-piece';
import { limitThreads } from './computing';
import { keptPlan } from './kept-plan';
import { openStore } from './open-store';

/** What the parent says: a piece of a plan, or to stop at once. */
export type PieceRequest = { readonly plan: string; readonly store: string; readonly piece: string } | 'stop';

/** What it is told. */
export type PieceReply = { readonly outcome: PieceOutcome } | { readonly reason: string };

const stop = new AbortController();

async function answer(request: Exclude<PieceRequest, 'stop'>): Promise<PieceReply> {
  try {
    const store = await openStore(request.store);
    const plan = await keptPlan(store, request.plan);
    const piece = plan.pieces.find(({ name }) => name === request.piece)!;
    return { outcome: await computePiece(plan, piece, store, { signal: stop.signal }) };
  } catch (error) {
    return { reason: asError(error).message };
  }
}

limitThreads();
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal; the parent decides.
process.on('SIGINT', () => undefined);
process.on('message', async (request: PieceRequest) => {
  if (request === 'stop') return stop.abort(new Error('stopped'));
  const reply = await answer(request);
  if (process.connected) process.send!(reply);
});
