import type { SymbolicTensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import type { Builder } from './layers';
import { activation, add, batchNorm, chain, convolution, maxPooling, picture, zeroPadding } from './layers';

/** Of every batch normalisation in Keras' ResNets. */
export const resnetEpsilon = 1.001e-5;

/** Bottleneck width and number of blocks of the stages conv2 to conv5 of the 50-layer networks. */
export const resnet50Stages = [
  { name: 'conv2', filters: 64, blocks: 3 },
  { name: 'conv3', filters: 128, blocks: 4 },
  { name: 'conv4', filters: 256, blocks: 6 },
  { name: 'conv5', filters: 512, blocks: 3 },
] as const;

/** Conv 7×7 with padding of its own: Keras pads 3 on each side, which "same" would not. */
export const stem = (tf: TensorFlow, input: SymbolicTensor): SymbolicTensor =>
  chain(input, zeroPadding(tf, 'conv1_pad', 3), convolution(tf, 'conv1_conv', 64, 7, { strides: 2 }));

/** Halves the map after the stem, padded as PyTorch does it. */
export const stemPool = (tf: TensorFlow, x: SymbolicTensor): SymbolicTensor =>
  chain(x, zeroPadding(tf, 'pool1_pad', 1), maxPooling(tf, 'pool1_pool', 3, 2));

/** `block1` of keras_applications/resnet_common.py: the stride is on the first 1×1 convolution. */
function block(
  tf: TensorFlow,
  x: SymbolicTensor,
  name: string,
  filters: number,
  strides: number,
  projection: boolean,
): SymbolicTensor {
  const conv = (index: number, width: number, size: number, options = {}) => [
    convolution(tf, `${name}_${index}_conv`, width, size, options),
    batchNorm(tf, `${name}_${index}_bn`, resnetEpsilon),
  ];
  const shortcut = projection ? chain(x, ...conv(0, 4 * filters, 1, { strides })) : x;
  const residual = chain(
    x,
    ...conv(1, filters, 1, { strides }),
    activation(tf, `${name}_1_relu`, 'relu'),
    ...conv(2, filters, 3, { padding: 'same' }),
    activation(tf, `${name}_2_relu`, 'relu'),
    ...conv(3, 4 * filters, 1),
  );
  return activation(tf, `${name}_out`, 'relu')(add(tf, `${name}_add`, shortcut, residual));
}

/** ResNet50 (version 1) up to conv5_block3_out, as keras_applications/resnet_common.py builds it. */
export const resnet50: Builder = (tf, inputSize) => {
  const input = picture(tf, inputSize);
  let x = chain(
    stem(tf, input),
    batchNorm(tf, 'conv1_bn', resnetEpsilon),
    activation(tf, 'conv1_relu', 'relu'),
  );
  x = stemPool(tf, x);
  for (const { name, filters, blocks } of resnet50Stages)
    for (let i = 1; i <= blocks; i++)
      x = block(tf, x, `${name}_block${i}`, filters, i === 1 && name !== 'conv2' ? 2 : 1, i === 1);
  return tf.model({ name: 'resnet50', inputs: input, outputs: x });
};
