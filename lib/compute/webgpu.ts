import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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

/** How a process ended that gave no answer. */
const whyOf = ({ code, signal }: { code?: string; signal?: string | null }): string =>
  signal ? `ended by ${signal}` : `ended with ${code}`;

const question = `require(process.argv[1]).create([]).requestAdapter({ powerPreference: 'high-performance' }).then((adapter) => {
  const { description, vendor, isFallbackAdapter } = adapter?.info ?? {};
  process.stdout.write(JSON.stringify(adapter && { description, vendor, isFallbackAdapter }), () => process.exit());
})`;

/**
 * Asks for the adapter in a process of its own: where there is none, Dawn writes warnings with places of its sources to
 * standard error, and a driver that fails takes its process with it.
 * @throws Error saying why it cannot be asked
 */
async function findAdapter(): Promise<AdapterInfo | undefined> {
  const args = ['-e', question, require.resolve('webgpu')];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
    return JSON.parse(stdout) ?? undefined;
  } catch (error) {
    throw new Error(
      `WebGPU does not start here (its process ${whyOf(error as NodeJS.ErrnoException & { signal?: string })})`,
    );
  }
}

/**
 * Makes WebGPU compute, by Dawn.
 * @throws Error saying why it cannot
 */
export async function openWebGpu(tf: TensorFlow, requested: boolean): Promise<WorkingBackend> {
  const problem = adapterProblem(await findAdapter(), requested);
  if (problem) throw new Error(problem);
  const { create, globals }: typeof import('webgpu') = require('webgpu');
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  require('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('WebGPU did not start');
  const { info } = adapter!;
  return info.isFallbackAdapter
    ? { remark: `the adapter (${nameOf(info)}) is emulated by the processor` }
    : { gpu: async () => nameOf(info) };
}
