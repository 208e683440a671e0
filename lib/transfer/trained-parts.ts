import type { ClassSummary } from '../dataset/summarize-split';
import type { Split } from '../dataset/xray';
import type { PreprocessingMode } from '../networks/preprocessing-mode';
import type { Head } from './head';
import type { History } from './history';
import type { PresetName, TrainingParameters } from './preset';

/** Which base a model stands on. */
export interface BackboneSummary {
  readonly name: string;
  readonly title: string;
  readonly cut: string;
  /** "imagenet", "fractals", "none", "random", or the path of a file. */
  readonly weights: string;
  readonly weightsHash: string;
  /** Seed of random weights. */
  readonly seed: number;
  readonly preprocessing: PreprocessingMode;
  /** Whether its last block was trained too; the model folder then holds the whole network. */
  readonly fineTuned: boolean;
}

/** Seconds of wall time. */
export interface Seconds {
  readonly features: number;
  readonly head: number;
  readonly total: number;
}

/** SHA-256 of the pictures on each side; what the model has seen. */
export interface SeenPictures {
  /** Whether patients were kept on one side; absent in models of older versions. */
  readonly grouping?: Split['grouping'];
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
}

/** A trained model without its behaviour: what is saved. */
export interface TrainedParts {
  readonly classes: readonly string[];
  readonly backbone: BackboneSummary;
  readonly preset: PresetName;
  readonly parameters: TrainingParameters;
  readonly seed: number;
  readonly history: History;
  readonly seconds: Seconds;
  readonly seen: SeenPictures;
  /** What these pictures are, class by class; absent in models of older versions. */
  readonly data?: readonly ClassSummary[];
  /** Whether it was trained on synthetic pictures. */
  readonly synthetic: boolean;
  /** Whether training was interrupted; the best head until then was kept. */
  readonly interrupted: boolean;
  readonly head: Head;
}
