import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';

/** Builds a network of square input; its weights are zeros until they are set. */
export type Builder = (tf: TensorFlow, inputSize: number) => LayersModel;

/** One layer applied to a tensor that stands for [n, h, w, c]. */
export type Step = (x: SymbolicTensor) => SymbolicTensor;

interface ConvolutionOptions {
  /** Default 1. */
  readonly strides?: number;
  /** Default "valid". */
  readonly padding?: 'same' | 'valid';
  /** Default true. */
  readonly bias?: boolean;
  readonly activation?: 'relu';
}

// Zeros cost nothing to make; the default initialiser would draw millions of numbers that are then overwritten.
const zeros = 'zeros';

/** The input, `size`×`size` pixels of three channels unless another count is given, named as in Keras 2. */
export const picture = (tf: TensorFlow, size: number, channels = 3): SymbolicTensor =>
  tf.input({ shape: [size, size, channels], name: 'input_1' });

/** A 2-D convolution with a square kernel. */
export function convolution(
  tf: TensorFlow,
  name: string,
  filters: number,
  kernelSize: number,
  { strides = 1, padding = 'valid', bias = true, activation }: ConvolutionOptions = {},
): Step {
  const layer = tf.layers.conv2d({
    name,
    filters,
    kernelSize,
    strides,
    padding,
    useBias: bias,
    kernelInitializer: zeros,
    ...(activation && { activation }),
  });
  return (x) => layer.apply(x) as SymbolicTensor;
}

/** A 3×3 depthwise convolution without bias, padded to keep the size at stride 1. */
export function depthwise(tf: TensorFlow, name: string, strides: number): Step {
  const layer = tf.layers.depthwiseConv2d({
    name,
    kernelSize: 3,
    strides,
    padding: 'same',
    useBias: false,
    depthwiseInitializer: zeros,
  });
  return (x) => layer.apply(x) as SymbolicTensor;
}

/** Batch normalisation over the channels. */
export function batchNorm(tf: TensorFlow, name: string, epsilon: number): Step {
  const layer = tf.layers.batchNormalization({ name, epsilon });
  return (x) => layer.apply(x) as SymbolicTensor;
}

export function activation(tf: TensorFlow, name: string, kind: 'relu' | 'relu6'): Step {
  const layer = tf.layers.activation({ name, activation: kind });
  return (x) => layer.apply(x) as SymbolicTensor;
}

/** Zeros around the map, `width` rows and columns on each side. */
export function zeroPadding(tf: TensorFlow, name: string, width: number): Step {
  const layer = tf.layers.zeroPadding2d({
    name,
    padding: [
      [width, width],
      [width, width],
    ],
  });
  return (x) => layer.apply(x) as SymbolicTensor;
}

export function maxPooling(tf: TensorFlow, name: string, poolSize: number, strides: number): Step {
  const layer = tf.layers.maxPooling2d({ name, poolSize, strides });
  return (x) => layer.apply(x) as SymbolicTensor;
}

/** The sum of two branches. */
export const add = (tf: TensorFlow, name: string, a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor =>
  tf.layers.add({ name }).apply([a, b]) as SymbolicTensor;

/** Applies layers one after the other. */
export const chain = (x: SymbolicTensor, ...steps: readonly Step[]): SymbolicTensor =>
  steps.reduce((value, step) => step(value), x);
