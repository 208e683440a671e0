// Runs in a thread of its own, started by reader.ts. It must never load TensorFlow, whose native part does not
// survive being loaded twice in a process.
import { parentPort, workerData } from 'node:worker_threads';
import { asError, InputError } from '../core/check';
import { loadTurned, type PictureRequest, type PictureSettings } from './load-picture';
import type { Pixels } from './xray';

/** What a thread is given once. */
export interface ReaderSettings {
  readonly settings: PictureSettings;
  /** One number; 1 once no more answers are wanted. */
  readonly stopped: SharedArrayBuffer;
}

/** Answers come in the order of the requests; none after the thread was stopped. */
export type ReaderAnswer =
  | { readonly pictures: Pixels[] }
  | { readonly problem: string; readonly input: boolean };

const port = parentPort!;
const { settings, stopped }: ReaderSettings = workerData;
const stop = new Int32Array(stopped);

async function answer(request: PictureRequest): Promise<void> {
  if (Atomics.load(stop, 0)) return;
  try {
    const loaded = await loadTurned(request, settings);
    // Copied, because memory that sharp made cannot be handed over.
    const pictures = loaded.map((picture) => ({ ...picture, data: new Uint8Array(picture.data) }));
    port.postMessage(
      { pictures },
      pictures.map(({ data }) => data.buffer),
    );
  } catch (thrown) {
    const error = asError(thrown);
    const input = error instanceof InputError;
    port.postMessage({ problem: input ? error.message : error.stack, input });
  }
}

let work = Promise.resolve();
port.on('message', (request: PictureRequest | 'end') => {
  work = work.then(() => (request === 'end' ? port.close() : answer(request)));
});
