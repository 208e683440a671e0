import type { Builder, Step } from './layers';
import { activation, batchNorm, chain, convolution, maxPooling, picture } from './layers';

/** Channels and kernel side of the five blocks: the first halves the picture by its stride, the last three by pooling. */
const blocks = [
  { filters: 32, size: 5 },
  { filters: 64, size: 3 },
  { filters: 128, size: 3 },
  { filters: 192, size: 3 },
  { filters: 256, size: 3 },
] as const;

/** Of every batch normalisation: Keras' default. */
const epsilon = 1e-3;

/**
 * The small network of this project, up to block5_relu: five convolutions, each with batch normalisation and relu,
 * 0.76 million weights, a map of a sixteenth of the picture's side with 256 channels.
 * @param channels of the input: 3, or 1 for the pretraining, whose pictures are grey
 */
export const fractalNetwork =
  (channels: 1 | 3): Builder =>
  (tf, inputSize) => {
    const steps = blocks.flatMap(({ filters, size }, i): Step[] => {
      const block = `block${i + 1}`;
      return [
        ...(i < 2 ? [] : [maxPooling(tf, `${block}_pool`, 2, 2)]),
        convolution(tf, `${block}_conv`, filters, size, {
          strides: i ? 1 : 2,
          padding: 'same',
          bias: false,
        }),
        batchNorm(tf, `${block}_bn`, epsilon),
        activation(tf, `${block}_relu`, 'relu'),
      ];
    });
    const input = picture(tf, inputSize, channels);
    return tf.model({ name: 'fractal', inputs: input, outputs: chain(input, ...steps) });
  };
