import type { BackendName } from '../core/settings';

/** What computes, and why not something faster. */
export interface Backend {
  readonly backend: BackendName;
  /** Version of TensorFlow's C library; null on other back ends. */
  readonly tensorflow: string | null;
  /** Name of the GPU in use; null if none is. */
  readonly gpu: string | null;
  /** Why this back end and no faster one: a sentence for people. */
  readonly reason: string;
}
