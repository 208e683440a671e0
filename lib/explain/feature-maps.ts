import type { Tensor4D } from '@tensorflow/tfjs';
import { tensorflow } from '../compute/tensorflow';
import { checkWhole } from '../core/check';
import { loadPicture } from '../dataset/load-picture';
import type { Pixels } from '../dataset/xray';
import type { BackboneOptions } from '../networks/backbone-options';
import { loadBackbone } from '../networks/load-backbone';
import { preprocess } from '../networks/preprocess';

/** One channel of a feature map as a grey picture, its smallest value black and its largest white. */
export interface FeatureMap {
  readonly picture: Pixels;
  /** Layer and channel, from 1: "block1_conv1 · 3". */
  readonly caption: string;
}

function greyOf(
  values: ArrayLike<number>,
  width: number,
  height: number,
  channels: number,
  channel: number,
): Pixels {
  const own = Array.from({ length: width * height }, (_, i) => values[i * channels + channel]!);
  const low = own.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const data = new Uint8Array(width * height * 3);
  own.forEach((value, i) => {
    data.fill(high > low ? (255 * (value - low)) / (high - low) : 0, i * 3, i * 3 + 3);
  });
  return { width, height, data };
}

/**
 * What a network makes of a picture at a layer: its first channels as pictures.
 * @param options the network; `cut` names the layer
 * @param count channels to show, 1 to 64
 * @throws InputError for an unknown layer, missing weights or a file that cannot be read
 */
export async function featureMaps(file: string, options: BackboneOptions, count = 6): Promise<FeatureMap[]> {
  checkWhole('count', count, 1, 64);
  const tf = await tensorflow();
  const { model, cut, inputSize, preprocessing } = await loadBackbone(options);
  try {
    const { data } = await loadPicture(file, inputSize, 'antialiased');
    const map = tf.tidy(() => {
      const input = tf.tensor4d(Float32Array.from(data), [1, inputSize, inputSize, 3]);
      return model.predict(preprocess(tf, input, preprocessing)) as Tensor4D;
    });
    const [, height, width, channels] = map.shape;
    const values = await map.data();
    map.dispose();
    return Array.from({ length: Math.min(count, channels) }, (_, channel) => ({
      picture: greyOf(values, width, height, channels, channel),
      caption: `${cut} · ${channel + 1}`,
    }));
  } finally {
    model.dispose();
  }
}
