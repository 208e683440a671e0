import type { Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../compute/tensorflow';
import { resizeBilinear } from '../../dataset/resize';
import { resizeAntialiasedInBrowser } from '../../dataset/resize-antialiased-browser';
import type { Pixels } from '../../dataset/xray';
import { classMapOf } from '../../explain/class-map';
import type { Heatmap } from '../../explain/heatmap';
import { preprocess } from '../../networks/preprocess';
import type { LoadedNetwork } from './load-network';

/** What the model says of one picture. */
export interface Judgement {
  /** In the order of the classes. */
  readonly probabilities: readonly number[];
  /** Grad-CAM for each class; none where the base gives one place for the whole picture. */
  readonly maps: readonly Heatmap[];
}

async function featureMap(tf: TensorFlow, { base, description }: LoadedNetwork, pixels: Pixels) {
  const { inputSize: size, resize, preprocessing } = description;
  const resized = (resize === 'cv2' ? resizeBilinear : resizeAntialiasedInBrowser)(pixels, size, size);
  const output = tf.tidy(() => {
    const batch = tf.tensor4d(Float32Array.from(resized.data), [1, size, size, 3]);
    return base.infer(preprocess(tf, batch, preprocessing)) as Tensor4D;
  });
  try {
    return (await output.data()) as Float32Array;
  } finally {
    output.dispose();
  }
}

/** Probabilities and maps of a picture of any size, as `predict` and `gradCam` of the library give them. */
export async function judge(tf: TensorFlow, network: LoadedNetwork, pixels: Pixels): Promise<Judgement> {
  const features = await featureMap(tf, network, pixels);
  const { classes, featureShape, pooling } = network.description;
  const judged = { backbone: { featureShape }, head: network.head, settings: { pooling } };
  const found = classes.map((_, index) => classMapOf(features, judged, 'grad-cam', () => index));
  return {
    probabilities: found.map(({ probability }) => probability),
    maps: featureShape[0] * featureShape[1] > 1 ? found.map(({ map }) => map) : [],
  };
}
