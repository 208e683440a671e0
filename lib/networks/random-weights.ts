import type { LayersModel, layers, Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { type Random, seededRandom } from '../core/random';
import type { PreprocessingMode } from './backbone';

type Layer = layers.Layer;

/** Changes when the same seed gives other numbers than before, so that features computed earlier are not reused. */
export const randomWeightsVersion = 1;

/** What is expected of a layer's numbers over pictures and positions, the same for all channels. */
interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Of a grey picture, whose levels have mean 128 and standard deviation 64, after preprocessing. */
const inputMoments: Record<PreprocessingMode, Moments> = {
  caffe: { mean: 13, variance: 64 ** 2 },
  tf: { mean: 0, variance: 0.5 ** 2 },
  scale: { mean: 0.5, variance: 0.25 ** 2 },
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

/** Sums of a kernel's numbers for each output channel; the outputs are its last axis (or, depthwise, the last two). */
function channelSums(kernel: Float32Array, channels: number): Float32Array {
  const sums = new Float32Array(channels);
  for (let i = 0; i < kernel.length; i++) sums[i % channels]! += kernel[i]!;
  return sums;
}

/** Kernel, and what it makes of the input's mean in each channel. */
function drawKernel(random: Random, shape: readonly number[], input: Moments, depthwise: boolean) {
  const channels = depthwise ? shape[2]! * shape[3]! : shape[3]!;
  const fan = sizeOf(shape) / channels;
  const kernel = draw(random, sizeOf(shape), 1 / (fan * input.variance));
  return { kernel, offsets: channelSums(kernel, channels).map((sum) => sum * input.mean) };
}

const isDepthwise = (layer: Layer): boolean => layer.getClassName() === 'DepthwiseConv2D';
const isConvolution = (layer: Layer): boolean => isDepthwise(layer) || layer.getClassName() === 'Conv2D';
const activationOf = (layer: Layer): unknown => layer.getConfig().activation;

interface State {
  /** Moments after each layer. */
  readonly moments: Map<string, Moments>;
  /** Mean of each channel after the convolutions that have no bias to take it away. */
  readonly offsets: Map<string, Float32Array>;
}

function setConvolution(layer: Layer, input: Moments, state: State, random: Random): Float32Array[] {
  const { kernel, offsets } = drawKernel(
    random.fork(layer.name),
    layer.weights[0]!.shape as number[],
    input,
    isDepthwise(layer),
  );
  const biased = layer.weights.length > 1;
  if (!biased) state.offsets.set(layer.name, offsets);
  state.moments.set(layer.name, activationOf(layer) === 'relu' ? rectified(unit) : unit);
  return biased ? [kernel, offsets.map((offset) => -offset)] : [kernel];
}

function setBatchNorm(layer: Layer, source: string, input: Moments, state: State): Float32Array[] {
  const channels = layer.weights[0]!.shape[0]!;
  const filled = (value: number) => new Float32Array(channels).fill(value);
  state.moments.set(layer.name, unit);
  return [filled(1), filled(0), state.offsets.get(source) ?? filled(input.mean), filled(input.variance)];
}

/** Numbers for one layer, in the order of its weights; notes the moments of its output. */
function numbersFor(layer: Layer, state: State, random: Random): Float32Array[] {
  const sources = layer.inboundNodes[0]!.inboundLayers.map(({ name }) => name);
  const inputs = sources.map((name) => state.moments.get(name)!);
  const input = inputs[0]!;
  if (isConvolution(layer)) return setConvolution(layer, input, state, random);
  if (layer.getClassName() === 'BatchNormalization') return setBatchNorm(layer, sources[0]!, input, state);
  const total = {
    mean: inputs.reduce((sum, { mean }) => sum + mean, 0),
    variance: inputs.reduce((sum, { variance }) => sum + variance, 0),
  };
  state.moments.set(layer.name, layer.getClassName() === 'Activation' ? rectified(total) : total);
  return [];
}

/**
 * Gives a network weights drawn from `seed`. Activations keep a variance of about 1 through any depth: each convolution
 * is scaled by the moments expected of its input (as He et al. 2015, who assume no mean), and what its input's mean adds
 * to a channel is taken away by the bias or by the batch normalisation's mean; otherwise that mean soon outgrows what
 * tells pictures apart. The statistics of batch normalisation follow from the same moments and the drawn kernels, not
 * from pictures: the numbers depend on seed, layer names and `mode` alone, and are the same on every back end.
 * @param network built by a builder of this folder
 * @param needed names of the layers to set; the others are left alone
 * @param seed whole number
 * @param mode the preprocessing that its input will have
 */
export function setRandomWeights(
  tf: TensorFlow,
  network: LayersModel,
  needed: ReadonlySet<string>,
  seed: number,
  mode: PreprocessingMode,
): void {
  const random = seededRandom(`random weights/${network.name}/${seed}`);
  const state: State = { moments: new Map(), offsets: new Map() };
  for (const layer of network.layers.filter(({ name }) => needed.has(name))) {
    if (layer.getClassName() === 'InputLayer') state.moments.set(layer.name, inputMoments[mode]);
    else setNumbers(tf, layer, numbersFor(layer, state, random));
  }
}

function setNumbers(tf: TensorFlow, layer: Layer, numbers: readonly Float32Array[]): void {
  if (!numbers.length) return;
  const tensors = numbers.map((values, i): Tensor => tf.tensor(values, layer.weights[i]!.shape as number[]));
  layer.setWeights(tensors);
  for (const tensor of tensors) tensor.dispose();
}
