import type { PreprocessingMode } from './preprocessing-mode';

/** Which backbone, with which weights. Plain data. */
export interface BackboneOptions {
  /** One of `backboneNames`, or the path of a folder with a layers-model's model.json (or of that file). */
  readonly name: string;
  /** For people, of a layers-model on disk. Default: its folder's name. */
  readonly title?: string;
  /** Name of the layer whose output is the feature map. Default: the table's; needed for a layers-model on disk. */
  readonly cut?: string;
  /**
   * The network's own pretraining, the default: `imagenet`, looked for in XRAY_WEIGHTS, then in the cache; `fractals`,
   * which come with the project; `none` of what has no weights. `random`: drawn from `seed`. Else the path of a Keras h5 file or of a folder with
   * model.json, whatever its checksum. A layers-model on disk has its own and takes no choice.
   */
  readonly weights?: 'imagenet' | 'fractals' | 'random' | (string & {});
  /** Of random weights; whole, 0 or more. Default 0. */
  readonly seed?: number;
  /**
   * For a layers-model on disk: what it was trained with, default `tf` (as tfjs-models and most Keras applications).
   * For random weights: what its input will be, by which the first layer is scaled; default the network's own.
   * Ignored for trained weights of the networks known by name, whose own is known.
   */
  readonly preprocessing?: PreprocessingMode;
  /** File with the statistics of its batch normalisation, as `readStatistics` gives them. Default: its own. */
  readonly norm?: string;
}
