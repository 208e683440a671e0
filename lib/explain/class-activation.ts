import type { MapShape } from './average-pooling';
import type { Heatmap } from './heatmap';

/** How a class score's gradient becomes a map. */
export const camMethods = ['grad-cam', 'grad-cam++', 'hirescam'] as const;
/**
 * - `grad-cam`: a channel weighs as much as its mean gradient; what is left above 0 is shown (Selvaraju et al. 2017)
 * - `grad-cam++`: a channel weighs by its places of positive gradient alone, each by how much it matters (Chattopadhyay
 *   et al. 2018)
 * - `hirescam`: each place weighs by its own gradient, for and against the class (Draelos and Carin 2020). Where the head
 *   is linear its values add up to the logit, less the bias: it shows exactly what the model used
 */
export type CamMethod = (typeof camMethods)[number];

interface Activation {
  /** Feature map [h, w, c]. */
  readonly map: Float32Array;
  /** Gradient of the class score at it, [h, w, c]. */
  readonly gradient: Float32Array;
  readonly shape: MapShape;
}

function meanGradients({ gradient, shape: [height, width, channels] }: Activation): Float64Array {
  const weights = new Float64Array(channels);
  gradient.forEach((g, i) => {
    weights[i % channels]! += g / (height * width);
  });
  return weights;
}

/**
 * Equation 19 of Chattopadhyay et al.: for a score exp(S), whose derivatives of every order follow from the gradient of
 * S alone. The factor exp(S) common to all channels is left out; it would scale the map, no more.
 */
function positiveGradients({ map, gradient, shape: [, , channels] }: Activation): Float64Array {
  const sums = new Float64Array(channels);
  map.forEach((value, i) => {
    sums[i % channels]! += value;
  });
  const weights = new Float64Array(channels);
  gradient.forEach((g, i) => {
    const below = 2 + sums[i % channels]! * g;
    if (g > 0 && below > 0) weights[i % channels]! += g / below;
  });
  return weights;
}

/** A map of where the features speak for a class, in pixels of the feature map. */
export function classActivation(method: CamMethod, activation: Activation): Heatmap {
  const { map, gradient, shape } = activation;
  const [height, width, channels] = shape;
  const data = new Float32Array(height * width);
  const add = (weightOf: (i: number, channel: number) => number) => {
    map.forEach((value, i) => {
      data[Math.floor(i / channels)]! += value * weightOf(i, i % channels);
    });
  };
  if (method === 'hirescam') {
    add((i) => gradient[i]!);
    return { width, height, data };
  }
  const weights = method === 'grad-cam' ? meanGradients(activation) : positiveGradients(activation);
  add((_, channel) => weights[channel]!);
  return { width, height, data: data.map((value) => Math.max(0, value)) };
}
