import type { WorkingBackend } from './choose-backend';
import type { TensorFlow } from './tensorflow';

/** What a WebGPU adapter tells of itself. */
export interface AdapterInfo {
  readonly description: string;
  readonly vendor: string;
  /** Whether it is emulated by the processor. */
  readonly isFallbackAdapter: boolean;
}

const nameOf = ({ description, vendor }: AdapterInfo): string => description || vendor || 'unnamed';

/**
 * Why an adapter is not to be used; undefined if it is.
 * @param info undefined where there is no adapter
 * @param requested whether WebGPU was asked for: then an emulated adapter serves too
 */
export function adapterProblem(info: AdapterInfo | undefined, requested: boolean): string | undefined {
  if (!info) return 'this machine has no WebGPU adapter';
  return info.isFallbackAdapter && !requested
    ? `the WebGPU adapter (${nameOf(info)}) is emulated by the processor, slower than WebAssembly`
    : undefined;
}

/**
 * Makes WebGPU compute, by Dawn.
 * @throws Error saying why it cannot
 */
export async function openWebGpu(tf: TensorFlow, requested: boolean): Promise<WorkingBackend> {
  const { create, globals }: typeof import('webgpu') = require('webgpu');
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  const problem = adapterProblem(adapter?.info, requested);
  if (problem) throw new Error(problem);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  require('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('WebGPU did not start');
  const { info } = adapter!;
  return info.isFallbackAdapter
    ? { remark: `the adapter (${nameOf(info)}) is emulated by the processor` }
    : { gpu: async () => nameOf(info) };
}
