import type { PresetName, TrainingParameters } from '../transfer/preset';

/** Pictures to learn from. */
export interface GridDataset {
  /** For tables. Default: the folder's name. */
  readonly name: string;
  /** Folder of class folders, absolute. */
  readonly folder: string;
  /** Class folders to use. Default: all. */
  readonly classes?: readonly string[];
}

/** A base. */
export interface GridNetwork {
  /** Name in the networks' table, or a folder with a tfjs layers-model. */
  readonly name: string;
  readonly cut?: string;
  /** Default: the network's own pretraining. */
  readonly weights?: string;
}

/** A way of training: one of the presets, with parameters of its own in the place of some. */
export interface GridPreset {
  /** For tables. */
  readonly name: string;
  readonly preset: PresetName;
  readonly parameters: TrainingParameters;
}

/** Experiments to be made: every network with every preset, over folds that keep patients whole, on every dataset. */
export interface Grid {
  readonly datasets: readonly GridDataset[];
  readonly networks: readonly GridNetwork[];
  readonly presets: readonly GridPreset[];
  /** Of the divisions into folds. */
  readonly seeds: readonly number[];
  /** Parts that the patients are divided into, each tested once. */
  readonly folds: number;
  /** Whether each dataset is audited with each network too. */
  readonly audit: boolean;
  /** Pictures in a piece of feature extraction. */
  readonly shard: number;
}
