import type { InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';

/** What work on files accepts that goes on without those that cannot be read. */
export interface ReadingOptions extends WorkOptions {
  /** Told of each file that cannot be read, and why; the others are done. Default: the first one ends the work. */
  readonly onRefused?: (file: string, error: InputError) => void;
}
