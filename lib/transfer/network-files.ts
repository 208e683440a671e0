import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import type { Backbone } from '../networks/backbone';
import type { FrozenBase } from '../networks/frozen-base';
import { layersModelFiles } from '../networks/layers-model-files';
import { loadBackbone } from '../networks/load-backbone';
import { featureRowShape } from './feature-settings';
import { poolingFor } from './pooling';
import type { TrainedParts } from './trained-parts';

/** A layers-model as text and bytes: what model.json says, but for the names of weight files, and the weights. */
export type NetworkFiles = Awaited<ReturnType<typeof layersModelFiles>>;

/** The head as tf.layers on top of `input`; layers are named head_1, head_2. */
function appendHead(
  tf: TensorFlow,
  { head, parameters }: TrainedParts,
  input: SymbolicTensor,
): SymbolicTensor {
  return head.layers.reduce((x, { units }, i) => {
    const last = i === head.layers.length - 1;
    const dropped =
      last && head.layers.length > 1
        ? (tf.layers.dropout({ rate: parameters.dropout, name: 'head_dropout' }).apply(x) as SymbolicTensor)
        : x;
    const dense = tf.layers.dense({ units, activation: last ? 'softmax' : 'relu', name: `head_${i + 1}` });
    return dense.apply(dropped) as SymbolicTensor;
  }, input);
}

function headModel(tf: TensorFlow, parts: TrainedParts, base: FrozenBase): LayersModel {
  const shape = featureRowShape(base, parts.parameters.pooling);
  const input = tf.input({ shape: [shape[0] * shape[1] * shape[2]], name: 'features' });
  return tf.model({ inputs: input, outputs: appendHead(tf, parts, input), name: 'head' });
}

/** Base, pooling, head. */
function wholeModel(tf: TensorFlow, parts: TrainedParts, backbone: Backbone): LayersModel {
  const { window, stride } = poolingFor(parts.parameters.pooling, backbone.featureShape);
  const pooling = tf.layers.averagePooling2d({
    poolSize: window as [number, number],
    strides: stride as [number, number],
    name: 'head_pooling',
  });
  const pooled = pooling.apply(backbone.model.outputs[0]!) as SymbolicTensor;
  const flat = tf.layers.flatten({ name: 'head_flatten' }).apply(pooled) as SymbolicTensor;
  return tf.model({ inputs: backbone.model.inputs[0]!, outputs: appendHead(tf, parts, flat) });
}

/** The files of a network whose head has the trained weights; of its layers the head's are freed. */
async function withHead(tf: TensorFlow, { head }: TrainedParts, model: LayersModel): Promise<NetworkFiles> {
  const own = head.layers.map((_, i) => model.getLayer(`head_${i + 1}`));
  try {
    tf.tidy(() => {
      head.layers.forEach(({ kernel, bias, inputs, units }, i) => {
        own[i]!.setWeights([tf.tensor2d(kernel, [inputs, units]), tf.tensor1d(bias)]);
      });
    });
    return await layersModelFiles(model);
  } finally {
    for (const layer of own) layer.dispose();
  }
}

/** The head alone, from a row of features to probabilities. */
export async function headFiles(parts: TrainedParts, base: FrozenBase): Promise<NetworkFiles> {
  const tf = await tensorflow();
  return withHead(tf, parts, headModel(tf, parts, base));
}

/**
 * Base, pooling and head as one network, from preprocessed pictures [n, size, size, 3] to probabilities. What was done to
 * the head (features standardised, probabilities calibrated) is in its weights.
 */
export async function wholeNetworkFiles(parts: TrainedParts, base: FrozenBase): Promise<NetworkFiles> {
  const tf = await tensorflow();
  const backbone = await loadBackbone(base.options);
  try {
    return await withHead(tf, parts, wholeModel(tf, parts, backbone));
  } finally {
    backbone.model.dispose();
  }
}
