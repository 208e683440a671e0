import type { SymbolicTensor } from '@tensorflow/tfjs';
import type { Builder, Step } from './layers';
import { chain, picture } from './layers';

/** Pixels along the side of a square that is averaged. */
const square = 7;

/**
 * No network: a picture made small. Squares of 7×7 pixels are averaged, and so are their three colours; the rest of a
 * side that is no multiple of 7 is left out. The numbers come out as the channels of a map of one place, so that no
 * pooling before the head makes the small picture smaller still.
 */
export const pixels: Builder = (tf, inputSize) => {
  const side = Math.floor(inputSize / square);
  const layers = [
    tf.layers.averagePooling2d({ name: 'squares', poolSize: square, strides: square }),
    tf.layers.reshape({ name: 'places', targetShape: [side * side, 3] }),
    tf.layers.permute({ name: 'colours', dims: [2, 1] }),
    tf.layers.averagePooling1d({ name: 'grey', poolSize: 3, strides: 3 }),
    tf.layers.reshape({ name: 'pixels', targetShape: [1, 1, side * side] }),
  ];
  const input = picture(tf, inputSize);
  const steps = layers.map(
    (layer): Step =>
      (x) =>
        layer.apply(x) as SymbolicTensor,
  );
  return tf.model({ name: 'pixels', inputs: input, outputs: chain(input, ...steps) });
};
