import { readFileSync } from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import { asError, InputError } from '../core/check';
import { type BackendName, backendNames, projectFolder, requestedBackend } from '../core/settings';

/** The namespace of `@tensorflow/tfjs`, with a working back end. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/** What computes, and why not something faster. */
export interface Backend {
  readonly backend: BackendName;
  /** Version of TensorFlow's C library; null on other back ends. */
  readonly tensorflow: string | null;
  /** Whether TensorFlow found a GPU it can use. */
  readonly gpu: boolean;
  /** Why this back end and no faster one: a sentence for people. */
  readonly reason: string;
}

type Opener = (tf: TensorFlow) => Promise<Pick<Backend, 'tensorflow' | 'gpu'>>;

const preflightFile = path.join(projectFolder, '.tensorflow', 'preflight.json');

/** What setup found when it tried the addon in a child process, where a crash harms nobody. */
function preflight(): { ok: boolean; reason?: string } {
  try {
    return JSON.parse(readFileSync(preflightFile, 'utf8'));
  } catch {
    return { ok: false, reason: 'TensorFlow has not been set up; run `npm run setup`' };
  }
}

const openers: Record<BackendName, Opener> = {
  tensorflow: async (tf) => {
    const { ok, reason } = preflight();
    if (!ok) throw new Error(reason);
    // tfjs-node 4.22 calls two functions that Node 23 removed.
    const legacy = util as unknown as Record<string, unknown>;
    legacy.isNullOrUndefined ??= (value: unknown) => value == null;
    legacy.isArray ??= Array.isArray;
    require('@tensorflow/tfjs-node-gpu');
    await tf.setBackend('tensorflow');
    const native = tf.backend() as unknown as { binding: { TF_Version: string }; isUsingGpuDevice: boolean };
    return { tensorflow: native.binding.TF_Version, gpu: native.isUsingGpuDevice };
  },
  webgpu: async (tf) => {
    const { create, globals }: typeof import('webgpu') = require('webgpu');
    const gpu = create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error('this machine has no WebGPU adapter');
    if (adapter.info.isFallbackAdapter && !requestedBackend())
      throw new Error(
        `the WebGPU adapter (${adapter.info.description}) is emulated, slower than WebAssembly`,
      );
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
    require('@tensorflow/tfjs-backend-webgpu');
    if (!(await tf.setBackend('webgpu'))) throw new Error('WebGPU did not start');
    return { tensorflow: null, gpu: !adapter.info.isFallbackAdapter };
  },
  wasm: async (tf) => {
    require('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly did not start');
    return { tensorflow: null, gpu: false };
  },
  cpu: async (tf) => {
    await tf.setBackend('cpu');
    return { tensorflow: null, gpu: false };
  },
};

async function open(): Promise<{ tf: TensorFlow; backend: Backend }> {
  // Read when the addon loads: no banner; grow on a GPU instead of taking all of it; the first GPU only.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.CUDA_VISIBLE_DEVICES ??= '0';
  const tf: TensorFlow = require('@tensorflow/tfjs');
  const requested = requestedBackend();
  const refused: string[] = [];
  for (const backend of requested ? [requested] : backendNames) {
    try {
      const found = await openers[backend](tf);
      const reason = requested
        ? `asked for by XRAY_BACKEND`
        : refused.join('; ') || 'the fastest back end works';
      return { tf, backend: { backend, ...found, reason } };
    } catch (error) {
      refused.push(`no ${backend}: ${asError(error).message}`);
    }
  }
  throw new InputError(`No back end of TensorFlow.js works (${refused.join('; ')}); run \`npm run setup\``);
}

let opened: ReturnType<typeof open> | undefined;

/** TensorFlow.js on the fastest back end that works here, chosen and checked once a process, when first needed. */
export async function tensorflow(): Promise<TensorFlow> {
  opened ??= open();
  return (await opened).tf;
}

/**
 * What `tensorflow()` chose and why.
 * @throws InputError if `XRAY_BACKEND` names a back end that does not work here
 */
export async function describeBackend(): Promise<Backend> {
  opened ??= open();
  return (await opened).backend;
}
