import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../../lib/compute/tensorflow';

type Layer = layers.Layer;

/**
 * A network that has what makes fusing hard: values read twice, layers applied twice, paddings that only some readers
 * can add themselves, normalisations that cannot be folded, sums of three, of a value with itself and of different
 * shapes, layers that hand their input through, and layers that cannot be fused at all. Input [16, 16, 3].
 */
export function oddNetwork(tf: TensorFlow): LayersModel {
  const on = (layer: Layer, ...inputs: SymbolicTensor[]) =>
    layer.apply(inputs.length > 1 ? inputs : inputs[0]!) as SymbolicTensor;
  const conv = (name: string, filters: number, options = {}) =>
    tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', ...options });
  const depthwise = (name: string, options = {}) =>
    tf.layers.depthwiseConv2d({ name, kernelSize: 3, padding: 'valid', ...options });
  const norm = (name: string, options = {}) => tf.layers.batchNormalization({ name, ...options });
  const activation = (name: string, kind: 'relu' | 'relu6' | 'elu' | 'linear') =>
    tf.layers.activation({ name, activation: kind });
  const pad = (name: string, padding: [[number, number], [number, number]]) =>
    tf.layers.zeroPadding2d({ name, padding });

  const input = tf.input({ shape: [16, 16, 3], name: 'picture' });
  // Normalised before anything else, without gamma; its reader is a convolution, not relu.
  let x = on(norm('norm_input', { scale: false }), input);
  // The padding has two readers, of which one adds it itself.
  const padded = on(
    pad('shared_pad', [
      [1, 2],
      [0, 3],
    ]),
    x,
  );
  const stem = on(conv('stem_conv', 8, { padding: 'valid', strides: 2, useBias: false }), padded);
  const pooled = on(tf.layers.maxPooling2d({ name: 'pad_pool', poolSize: 3, strides: 2 }), padded);
  // Folded twice: without beta, then whole; then an activation that cannot be fused.
  x = on(norm('stem_norm', { center: false }), stem);
  x = on(norm('stem_norm_2'), x);
  x = on(activation('stem_elu', 'elu'), x);
  x = on(tf.layers.concatenate({ name: 'join' }), x, pooled);
  // Read twice before its normalisation.
  const twice = on(conv('twice_conv', 8), x);
  const left = on(activation('left_relu', 'relu'), on(norm('left_norm'), twice));
  const right = on(tf.layers.reLU({ name: 'right_relu6', maxValue: 6 }), twice);
  // Two convolutions in a sum: the second takes it, and relu6.
  x = on(tf.layers.add({ name: 'sum_two' }), on(conv('sum_a', 8), left), on(conv('sum_b', 8), right));
  x = on(activation('sum_relu6', 'relu6'), x);
  // Three summands, then one twice.
  x = on(tf.layers.add({ name: 'sum_three' }), x, left, on(conv('sum_c', 8, { activation: 'relu' }), x));
  x = on(tf.layers.add({ name: 'sum_itself' }), x, x);
  // A sum of different shapes.
  const gate = on(
    tf.layers.reshape({ name: 'gate_map', targetShape: [1, 1, 8] }),
    on(tf.layers.globalAveragePooling2d({ name: 'gate' }), x),
  );
  x = on(tf.layers.add({ name: 'sum_broadcast' }), on(conv('broadcast_conv', 8), x), gate);
  // Behind its own relu a normalisation cannot be folded.
  x = on(norm('late_norm'), on(conv('own_relu', 8, { activation: 'relu' }), x));
  x = on(activation('late_linear', 'linear'), x);
  // Handed through, then to two readers.
  x = on(tf.layers.dropout({ name: 'dropout', rate: 0.5 }), x);
  // A padding before a depthwise convolution that adds it, and one before a "same" convolution that cannot.
  const deep = on(
    depthwise('deep_conv', { depthMultiplier: 2, strides: 2 }),
    on(
      pad('deep_pad', [
        [2, 0],
        [1, 1],
      ]),
      x,
    ),
  );
  x = on(tf.layers.reLU({ name: 'deep_relu' }), on(norm('deep_norm'), deep));
  x = on(
    conv('same_conv', 6, { dilationRate: 2 }),
    on(
      pad('same_pad', [
        [1, 1],
        [1, 1],
      ]),
      x,
    ),
  );
  // Applied twice, with another reader between.
  const again = conv('again_conv', 6);
  const once = on(again, x);
  x = on(tf.layers.multiply({ name: 'product' }), on(norm('again_norm'), on(again, once)), once);
  // A network within, and a convolution whose activation cannot be fused.
  const innerInput = tf.input({ shape: x.shape.slice(1) });
  const separable = tf.layers.separableConv2d({ filters: 8, kernelSize: 3 });
  const innerOutput = on(tf.layers.batchNormalization(), on(separable, innerInput));
  const inner = tf.model({ name: 'inner', inputs: innerInput, outputs: innerOutput });
  x = on(inner, x);
  x = on(conv('elu_conv', 8, { activation: 'elu' }), x);
  x = on(tf.layers.upSampling2d({ name: 'up', size: [2, 2] }), x);
  x = on(depthwise('end_deep', { activation: 'relu6' }), x);
  x = on(conv('end_conv', 4, { kernelSize: 1 }), x);
  return tf.model({ inputs: input, outputs: x });
}
