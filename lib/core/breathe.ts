import { setImmediate } from 'node:timers/promises';
import { interruptSignal } from './interrupt';

/** Milliseconds that arithmetic may keep everything else waiting. */
const longest = 100;
let last = 0;

/**
 * Between two pieces of arithmetic that hold the process: lets it attend to what came meanwhile, such as the interrupt of
 * a cell, if it has not for a tenth of a second.
 * @throws the reason of the signal, or of the interrupt of the cell that this is called for
 */
export async function breathe(signal?: AbortSignal): Promise<void> {
  if (performance.now() - last > longest) {
    await setImmediate();
    last = performance.now();
  }
  signal?.throwIfAborted();
  interruptSignal()?.throwIfAborted();
}
