import type { PreprocessingMode } from './preprocessing-mode';

/** Which network, with which weights, cut where features are taken: what there is to know of it without having it. */
export interface BackboneDescription {
  /** Table name, or the path of a layers-model on disk. */
  readonly name: string;
  /** Title for people: "VGG16". */
  readonly title: string;
  /** Side of the square input, pixels. */
  readonly inputSize: number;
  /** The network's own preprocessing, the one it was trained with. */
  readonly preprocessing: PreprocessingMode;
  /** Name of the layer whose output is the feature map. */
  readonly cut: string;
  /** Name of the first layer of the last block: fine-tuning unfreezes from here to the cut. */
  readonly fineTuneFrom: string;
  /** Feature map [h, w, c]. */
  readonly featureShape: readonly [number, number, number];
  /** "imagenet", "fractals", "none", "random", or the path of the file given. */
  readonly weights: string;
  /** File of the statistics of its batch normalisation, where they are not its own. */
  readonly norm?: string;
  /** Identifies architecture and numbers: SHA-256 (hex). For random weights it follows from name and seed. */
  readonly weightsHash: string;
  /** Layers of the weights file that this network does not use: a classifier's top, or what lies beyond the cut. */
  readonly unusedLayers?: readonly string[];
}
