import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import util from 'node:util';
import { type BackendName, projectFolder, requestedBackend } from '../core/settings';
import { type ChosenBackend, chooseBackend, type Opener } from './choose-backend';
import { gpuRemark, nvidiaGpu } from './nvidia-gpu';
import type { TensorFlow } from './tensorflow';
import { openWebGpu } from './webgpu';

const preflightFile = path.join(projectFolder, '.tensorflow', 'preflight.json');

/** What setup found when it tried the addon in a child process, where a crash harms nobody. */
function preflight(): { ok: boolean; reason?: string; kind?: string; gpu?: boolean } {
  try {
    return JSON.parse(readFileSync(preflightFile, 'utf8'));
  } catch {
    return { ok: false, reason: 'TensorFlow has not been set up; run `npm run setup`' };
  }
}

/**
 * What TensorFlow reads when it loads: no banner; of GPUs the first in the order in which the driver's own tools number
 * them; growing on it with need instead of taking all its memory.
 */
function setEnvironment(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  process.env.CUDA_VISIBLE_DEVICES ??= '0';
}

const openers = (tf: TensorFlow): Readonly<Record<BackendName, Opener>> => ({
  tensorflow: async () => {
    const { ok, reason, kind } = preflight();
    if (!ok) throw new Error(reason);
    // tfjs-node 4.22 calls two functions that Node 23 removed.
    const legacy = util as unknown as Record<string, unknown>;
    legacy.isNullOrUndefined ??= (value: unknown) => value == null;
    legacy.isArray ??= Array.isArray;
    require('@tensorflow/tfjs-node-gpu');
    await tf.setBackend('tensorflow');
    const { binding, isUsingGpuDevice } = tf.backend() as unknown as {
      binding: { TF_Version: string };
      isUsingGpuDevice: boolean;
    };
    return {
      tensorflow: binding.TF_Version,
      ...(isUsingGpuDevice && { gpu: () => nvidiaGpu(process.env.CUDA_VISIBLE_DEVICES!.split(',')[0]!) }),
      remark: gpuRemark(kind, isUsingGpuDevice, reason),
    };
  },
  webgpu: () => openWebGpu(tf, requestedBackend() === 'webgpu'),
  wasm: async () => {
    require('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly did not start');
    return {};
  },
  cpu: async () => {
    await tf.setBackend('cpu');
    return {};
  },
});

interface OpenedBackend extends ChosenBackend {
  readonly tf: TensorFlow;
  /** That an operation of native TensorFlow is divided among: `TF_NUM_INTRAOP_THREADS` as it was then, else all. */
  readonly threads: number;
}

async function open(): Promise<OpenedBackend> {
  setEnvironment();
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
  const tf: TensorFlow = require('@tensorflow/tfjs');
  return { tf, threads, ...(await chooseBackend(openers(tf), requestedBackend())) };
}

let opened: ReturnType<typeof open> | undefined;

/** TensorFlow.js on a back end that is chosen and checked once a process, when first needed. */
export const openBackend = (): ReturnType<typeof open> => (opened ??= open());
