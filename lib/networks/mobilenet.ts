import type { Builder, Step } from './layers';
import { activation, batchNorm, chain, convolution, depthwise, picture } from './layers';

/** Output channels and stride of the 13 depthwise separable blocks. */
const blocks: readonly (readonly [number, number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

/** MobileNet version 1, width 1.0, up to conv_pw_13_relu; layers named as in Keras and tfjs-models. */
export const mobilenet: Builder = (tf, inputSize) => {
  const normalised = (name: string): Step[] => [
    batchNorm(tf, `${name}_bn`, 1e-3),
    activation(tf, `${name}_relu`, 'relu6'),
  ];
  const pointwise = (name: string, filters: number, size: number, strides: number) => [
    convolution(tf, name, filters, size, { strides, padding: 'same', bias: false }),
    ...normalised(name),
  ];
  const input = picture(tf, inputSize);
  const output = chain(
    input,
    ...pointwise('conv1', 32, 3, 2),
    ...blocks.flatMap(([filters, strides], i) => [
      depthwise(tf, `conv_dw_${i + 1}`, strides),
      ...normalised(`conv_dw_${i + 1}`),
      ...pointwise(`conv_pw_${i + 1}`, filters, 1, 1),
    ]),
  );
  return tf.model({ name: 'mobilenet', inputs: input, outputs: output });
};
