import type { WorkOptions } from '../core/progress';
import type { PresetName, TrainingParameters } from './preset';

/** What to train; whatever is left out comes from the preset. */
export interface TransferOptions extends WorkOptions, Partial<TrainingParameters> {
  /** Name in the networks' table, or a folder with a tfjs layers-model (then `cut` is needed). */
  readonly backbone: string;
  /** Layer whose output is the feature map. Default: the table's. */
  readonly cut?: string;
  /** The network's pretraining ("imagenet"; "fractals" of fractal), the default; "random", or a weights file. */
  readonly weights?: string;
  /** Default `sound`. */
  readonly preset?: PresetName;
  /** Seed of the head's weights, the order, the copies and of random weights. Default 42. */
  readonly seed?: number;
}
