let running: AbortController | undefined;

/**
 * A signal that is aborted when the running cell is interrupted (Jupyter's stop button, Ctrl+C); undefined outside a
 * cell. Long work that is given it stops at its next safe point instead of going on behind the notebook's back.
 */
export const interruptSignal = (): AbortSignal | undefined => running?.signal;

/** Begins a cell: from here on `interruptSignal()` is its own. Returns what an interrupt calls. */
export function beginInterruptible(): AbortController {
  running = new AbortController();
  return running;
}

/** Ends a cell. */
export function endInterruptible(): void {
  running = undefined;
}
