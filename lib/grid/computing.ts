import path from 'node:path';
import { openBackend } from '../compute/open-backend';
import { InputError } from '../core/check';
import { codeHash } from '../core/code-hash';
import { projectFolder } from '../core/settings';

/** What the bits of a result depend on, besides the data and the description of the work. */
export interface Computing {
  readonly backend: string;
  /** Version of TensorFlow's C library; null on other back ends. */
  readonly tensorflow: string | null;
  readonly gpu: boolean;
  /** Threads that an operation is divided among. */
  readonly threads: number;
  /** Hash of the compiled code that results come from. */
  readonly code: string;
}

/** Folders of the compiled library that results come from. */
const folders = ['core', 'compute', 'dataset', 'evaluation', 'networks', 'transfer', 'audit', 'grid'];

let code: Promise<string> | undefined;

/** Taken once a process. */
const hashOfCode = (): Promise<string> =>
  (code ??= codeHash(folders.map((name) => path.join(projectFolder, 'dist', name))));

/**
 * One thread an operation, unless `TF_NUM_INTRAOP_THREADS` says another number: pieces run beside each other, and the
 * last bits of some networks' features depend on it. Without effect once TensorFlow is open.
 */
export function limitThreads(): void {
  process.env.TF_NUM_INTRAOP_THREADS ||= '1';
}

/** What computes in this process. */
export async function computingHere(): Promise<Computing> {
  limitThreads();
  const { backend, tensorflow = null, gpu, threads } = await openBackend();
  return { backend, tensorflow, gpu: gpu !== undefined, threads, code: await hashOfCode() };
}

const described: Readonly<Record<keyof Computing, string>> = {
  code: 'code of the library',
  backend: 'back end',
  tensorflow: 'version of TensorFlow',
  gpu: 'GPU in use',
  threads: 'threads an operation (TF_NUM_INTRAOP_THREADS)',
};

/**
 * Checks that this process computes as a plan demands.
 * @throws InputError naming the first difference
 */
export async function checkComputing(demanded: Computing): Promise<void> {
  const here = await computingHere();
  for (const [key, name] of Object.entries(described)) {
    const [asked, found] = [demanded, here].map((computing) => computing[key as keyof Computing]);
    if (asked !== found)
      throw new InputError(
        `This worker's ${name} is ${found}, the plan's ${asked}: results would not be the same to the bit; make them the same, or plan the grid anew`,
      );
  }
}
