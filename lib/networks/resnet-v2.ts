import type { SymbolicTensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import type { Builder } from './layers';
import { activation, add, batchNorm, chain, convolution, maxPooling, picture, zeroPadding } from './layers';
import { resnet50Stages, resnetEpsilon, stem, stemPool } from './resnet';

/** Where Keras pools the shortcut it numbers the unnamed pooling layers through the network. */
const poolingNames: Record<string, string> = {
  conv2: 'max_pooling2d',
  conv3: 'max_pooling2d_1',
  conv4: 'max_pooling2d_2',
};

/** `block2` of keras_applications/resnet_common.py: batch norm and relu come before the convolutions. */
function block(
  tf: TensorFlow,
  x: SymbolicTensor,
  name: string,
  filters: number,
  shortcut: { kind: 'projection' } | { kind: 'identity' } | { kind: 'pooling'; name: string },
): SymbolicTensor {
  const normalised = (index: number | 'preact') => [
    batchNorm(tf, `${name}_${index}_bn`, resnetEpsilon),
    activation(tf, `${name}_${index}_relu`, 'relu'),
  ];
  const strides = shortcut.kind === 'pooling' ? 2 : 1;
  const start = chain(x, ...normalised('preact'));
  const shortcuts = {
    projection: () => convolution(tf, `${name}_0_conv`, 4 * filters, 1)(start),
    identity: () => x,
    pooling: () => maxPooling(tf, (shortcut as { name: string }).name, 1, 2)(x),
  };
  const carried = shortcuts[shortcut.kind]();
  const residual = chain(
    start,
    convolution(tf, `${name}_1_conv`, filters, 1, { bias: false }),
    ...normalised(1),
    zeroPadding(tf, `${name}_2_pad`, 1),
    convolution(tf, `${name}_2_conv`, filters, 3, { strides, bias: false }),
    ...normalised(2),
    convolution(tf, `${name}_3_conv`, 4 * filters, 1),
  );
  return add(tf, `${name}_out`, carried, residual);
}

/** ResNet50V2 up to post_relu, as keras_applications/resnet_common.py builds it: a stage's last block has the stride. */
export const resnet50v2: Builder = (tf, inputSize) => {
  const input = picture(tf, inputSize);
  let x = stemPool(tf, stem(tf, input));
  for (const { name, filters, blocks } of resnet50Stages)
    for (let i = 1; i <= blocks; i++) {
      const pooling = i === blocks ? poolingNames[name] : undefined;
      const shortcut =
        i === 1
          ? ({ kind: 'projection' } as const)
          : pooling
            ? ({ kind: 'pooling', name: pooling } as const)
            : ({ kind: 'identity' } as const);
      x = block(tf, x, `${name}_block${i}`, filters, shortcut);
    }
  const output = chain(x, batchNorm(tf, 'post_bn', resnetEpsilon), activation(tf, 'post_relu', 'relu'));
  return tf.model({ name: 'resnet50v2', inputs: input, outputs: output });
};
