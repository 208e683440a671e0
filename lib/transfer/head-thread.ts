// Runs in a thread of its own, started by head-threads.ts. It must never load TensorFlow, whose native part does not
// survive being loaded twice in a process.
import { parentPort } from 'node:worker_threads';
import { asError, InputError } from '../core/check';
import { type HeadTask, type LearntHead, learnHead } from './learn-head';

/** A head to learn, or the wish that the one under way be ended early. */
export type HeadMessage = HeadTask | 'stop';

export type HeadAnswer =
  | { readonly learnt: LearntHead }
  | { readonly problem: string; readonly input: boolean };

const port = parentPort!;
let current = new AbortController();

async function answer(task: HeadTask): Promise<HeadAnswer> {
  current = new AbortController();
  try {
    return { learnt: await learnHead({ ...task, signal: current.signal }) };
  } catch (thrown) {
    const error = asError(thrown);
    const input = error instanceof InputError;
    return { problem: input ? error.message : String(error.stack), input };
  }
}

port.on('message', async (message: HeadMessage) => {
  if (message === 'stop') current.abort();
  else port.postMessage(await answer(message));
});
