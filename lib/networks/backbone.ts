import type { LayersModel } from '@tensorflow/tfjs';

/** How 8-bit RGB pixels become a network's input; the first two named as in keras_applications/imagenet_utils.py. */
export const preprocessingModes = ['caffe', 'tf', 'scale', 'standardize'] as const;
/**
 * - `caffe`: RGB → BGR, ImageNet's mean (103.939, 116.779, 123.68) subtracted, no scaling
 * - `tf`: scaled to [-1, 1]
 * - `scale`: divided by 255, the article's way
 * - `standardize`: each picture to mean 0 and standard deviation 1, as tf.image.per_image_standardization
 */
export type PreprocessingMode = (typeof preprocessingModes)[number];

/** A network ready to compute: a table row with its weights, cut where features are taken. */
export interface Backbone {
  /** Table name, or the path of a layers-model on disk. */
  readonly name: string;
  /** Title for people: "VGG16". */
  readonly title: string;
  /** The frozen base; input [n, size, size, 3], output [n, h, w, c]. The owner disposes it. */
  readonly model: LayersModel;
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
