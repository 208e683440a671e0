import type { LayersModel, layers, Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { type Random, seededRandom } from '../core/random';
import type { PreprocessingMode } from './preprocessing-mode';

type Layer = layers.Layer;

/** Changes when the same seed gives other numbers than before, so that features computed earlier are not reused. */
export const randomWeightsVersion = 1;

/** What is expected of a layer's numbers over pictures, positions and channels. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Of a grey picture, whose levels have mean 128 and standard deviation 64, after preprocessing. */
const inputMoments: Record<PreprocessingMode, Moments> = {
  caffe: { mean: 13, variance: 64 ** 2 },
  tf: { mean: 0, variance: 0.5 ** 2 },
  scale: { mean: 0.5, variance: 0.25 ** 2 },
  standardize: { mean: 0, variance: 1 },
};

const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function distribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = density(x) * series;
  return x > 0 ? 1 - tail : tail;
}

/** Moments of max(0, x) for x normal with the given moments. */
function rectified({ mean, variance }: Moments): Moments {
  const deviation = Math.sqrt(variance);
  const below = distribution(mean / deviation);
  const peak = deviation * density(mean / deviation);
  const first = mean * below + peak;
  return { mean: first, variance: (mean * mean + variance) * below + mean * peak - first * first };
}

const unit: Moments = { mean: 0, variance: 1 };

/** Numbers of variance `variance`, uniform: for sums of many they do what normal ones do, and are drawn seven times as fast. */
function draw(random: Random, size: number, variance: number): Float32Array {
  const limit = Math.sqrt(3 * variance);
  const numbers = new Float32Array(size);
  for (let i = 0; i < size; i++) numbers[i] = random.between(-limit, limit);
  return numbers;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

const isDepthwise = (layer: Layer): boolean => layer.getClassName() === 'DepthwiseConv2D';
const isConvolution = (layer: Layer): boolean => isDepthwise(layer) || layer.getClassName() === 'Conv2D';
const isRectifier = (layer: Layer): boolean => ['Activation', 'ReLU'].includes(layer.getClassName());
const rectifies = (layer: Layer): boolean => layer.getConfig().activation !== 'linear';

/** Numbers of one layer, in the order of its weights, and the moments of its output. */
interface Drawn {
  readonly numbers: readonly Float32Array[];
  readonly output: Moments;
}

/** Scaled so that its output has second moment 1; the bias is zero. */
function drawConvolution(layer: Layer, input: Moments, random: Random): Drawn {
  const [kernel, bias] = layer.weights.map(({ shape }) => shape as number[]);
  const fanIn = sizeOf(kernel!.slice(0, isDepthwise(layer) ? 2 : 3));
  const variance = 1 / (fanIn * (input.variance + input.mean ** 2));
  return {
    numbers: [draw(random, sizeOf(kernel!), variance), ...(bias ? [new Float32Array(sizeOf(bias))] : [])],
    output: rectifies(layer) ? rectified(unit) : unit,
  };
}

function fitBatchNorm(layer: Layer, { mean, variance }: Moments): Drawn {
  const channels = layer.weights[0]!.shape[0]!;
  const numbers = [1, 0, mean, variance].map((value) => new Float32Array(channels).fill(value));
  return { numbers, output: unit };
}

function drawLayer(layer: Layer, inputs: readonly Moments[], random: Random): Drawn {
  if (isConvolution(layer)) return drawConvolution(layer, inputs[0]!, random);
  if (layer.getClassName() === 'BatchNormalization') return fitBatchNorm(layer, inputs[0]!);
  const sum = {
    mean: inputs.reduce((total, { mean }) => total + mean, 0),
    variance: inputs.reduce((total, { variance }) => total + variance, 0),
  };
  return { numbers: [], output: isRectifier(layer) ? rectified(sum) : sum };
}

function setNumbers(tf: TensorFlow, layer: Layer, numbers: readonly Float32Array[]): void {
  if (!numbers.length) return;
  const tensors = numbers.map((values, i): Tensor => tf.tensor(values, layer.weights[i]!.shape as number[]));
  layer.setWeights(tensors);
  for (const tensor of tensors) tensor.dispose();
}

/**
 * Gives a network weights drawn from `seed` so that activations neither vanish nor explode through the depth: each
 * convolution is scaled by the moments expected of its input to give second moment 1 (He et al. 2015 is the case of a
 * rectified input), and each batch normalisation's running mean and variance are those expected of its input. They are
 * expected, not measured on pictures, so the numbers follow from seed, layer names and `mode` alone and are the same on
 * every back end. What the mean of its input adds to a channel is left in: taking it out was tried, and in a deep random
 * network it amplifies small differences layer by layer until what tells classes apart is lost (ridge regression on the
 * averaged map, three classes of 60 X-rays: ResNet50 0.89 left in, 0.73 taken out; MobileNet 0.90, 0.70).
 * @param network built by a builder of this folder
 * @param needed names of the layers to set; the others are left alone
 * @param seed whole number
 * @param mode the preprocessing that its input will have
 * @param given moments of the output of layers that are left alone, by name, where `needed` does not reach down to the input
 */
export function setRandomWeights(
  tf: TensorFlow,
  network: LayersModel,
  needed: ReadonlySet<string>,
  seed: number,
  mode: PreprocessingMode,
  given: ReadonlyMap<string, Moments> = new Map(),
): void {
  const random = seededRandom(`random weights/${network.name}/${seed}`);
  const moments = new Map(given);
  for (const layer of network.layers.filter(({ name }) => needed.has(name))) {
    const inputs = layer.inboundNodes[0]!.inboundLayers.map(({ name }) => moments.get(name)!);
    const { numbers, output } = drawLayer(
      layer,
      inputs.length ? inputs : [inputMoments[mode]],
      random.fork(layer.name),
    );
    moments.set(layer.name, output);
    setNumbers(tf, layer, numbers);
  }
}
