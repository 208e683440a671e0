import { execFile } from 'node:child_process';
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
