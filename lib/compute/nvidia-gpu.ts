import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** Name of the NVIDIA GPU of this number or UUID, as its driver tells it: "NVIDIA H100 80GB HBM3". */
export async function nvidiaGpu(device: string): Promise<string> {
  const args = [`--id=${device}`, '--query-gpu=name', '--format=csv,noheader'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { timeout: 20_000 });
    return stdout.trim().split('\n')[0] || 'NVIDIA GPU';
  } catch {
    // It computes all the same; only its name is not to be had.
    return 'NVIDIA GPU';
  }
}

/** Signs of NVIDIA's driver on Linux, and on Windows' subsystem for it. */
const driverFiles = ['/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/**
 * What is to be said of GPUs where TensorFlow works; undefined if nothing is.
 * @param kind which of TensorFlow's libraries is set up: cpu or gpu
 * @param reason what setup found, where the one for GPUs uses none
 * @param files one of them is there where there is a driver
 */
export function gpuRemark(
  kind: string | undefined,
  usesGpu: boolean,
  reason: string | undefined,
  files: readonly string[] = driverFiles,
): string | undefined {
  if (usesGpu) return undefined;
  if (kind === 'gpu') return reason;
  return files.some((file) => existsSync(file))
    ? "this machine has NVIDIA's driver, but TensorFlow for the CPU is set up; `npm run setup -- --gpu` takes the one for GPUs"
    : undefined;
}
