import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';

/** What computes in this browser. */
export interface BrowserBackend {
  readonly tf: typeof tf;
  /** For people: "WebAssembly, SIMD, 4 threads". */
  readonly words: string;
}

interface Adapter {
  readonly info?: {
    readonly description?: string;
    readonly vendor?: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

/** The graphics adapter, if the browser lends a real one. */
async function adapter(): Promise<Adapter | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } };
  const found = (await gpu?.requestAdapter().catch(() => null)) ?? undefined;
  return found?.isFallbackAdapter || found?.info?.isFallbackAdapter ? undefined : found;
}

/** WebAssembly in as many threads as TensorFlow.js takes: half of the processors, four at most. */
async function openWasm(): Promise<string> {
  setWasmPaths(new URL('wasm/', document.baseURI).href);
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly did not start');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threads = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? getThreadsCount() : 1;
  return ['WebAssembly', simd ? 'SIMD' : 'no SIMD', threads > 1 ? `${threads} threads` : '1 thread'].join(
    ', ',
  );
}

/** Opens WebGPU where there is an adapter, else WebAssembly, else plain JavaScript, and says which. */
export async function openBackend(): Promise<BrowserBackend> {
  const graphics = await adapter();
  if (graphics && (await tf.setBackend('webgpu').catch(() => false)))
    return {
      tf,
      words: ['WebGPU', graphics.info?.description || graphics.info?.vendor].filter(Boolean).join(', '),
    };
  try {
    return { tf, words: await openWasm() };
  } catch {
    await tf.setBackend('cpu');
    return { tf, words: 'plain JavaScript, which is slow' };
  }
}
