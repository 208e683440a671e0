import type { Builder, Step } from './layers';
import { chain, convolution, maxPooling, picture } from './layers';

/** Channels of the five blocks; the two networks differ only in the convolutions of a block. */
const channels = [64, 128, 256, 512, 512];

/**
 * VGG up to block5_pool, layers named as in keras_applications/vgg16.py and vgg19.py.
 * @param name of the model
 * @param convolutions in each of the five blocks
 */
export const vgg =
  (name: string, convolutions: readonly [number, number, number, number, number]): Builder =>
  (tf, inputSize) => {
    const steps = convolutions.flatMap((count, block): Step[] => [
      ...Array.from({ length: count }, (_, i) =>
        convolution(tf, `block${block + 1}_conv${i + 1}`, channels[block]!, 3, {
          padding: 'same',
          activation: 'relu',
        }),
      ),
      maxPooling(tf, `block${block + 1}_pool`, 2, 2),
    ]);
    const input = picture(tf, inputSize);
    return tf.model({ name, inputs: input, outputs: chain(input, ...steps) });
  };
