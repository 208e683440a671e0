import { AsyncLocalStorage } from 'node:async_hooks';

// Of the cell that asks, also after its end: what it started goes on asking in its name.
const cells = new AsyncLocalStorage<AbortSignal>();

/**
 * A signal that is aborted when the cell that asks is interrupted (Jupyter's stop button, Ctrl+C); undefined outside a
 * cell. Long work that is given it stops at its next safe point instead of going on behind the notebook's back.
 */
export const interruptSignal = (): AbortSignal | undefined => cells.getStore();

/** Runs a cell; in it, and in all that it starts, `interruptSignal()` is the given one. */
export const runInterruptible = <T>(signal: AbortSignal, cell: () => T): T => cells.run(signal, cell);
