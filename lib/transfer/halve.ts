import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { InputError } from '../core/check';

/** A network in two: what stays frozen, and the last block, which takes the first one's output. */
export interface Halves {
  readonly frozen: LayersModel;
  readonly tail: LayersModel;
  readonly boundary: string;
}

/**
 * Cuts before layer `from`. Both halves share the layers, and so the weights, of `model`; the tail counts as a user of
 * them, so that weights are free once `model` and the tail are disposed.
 * @throws InputError if more than one tensor crosses there
 */
export function halve(tf: TensorFlow, model: LayersModel, from: string): Halves {
  const start = model.layers.findIndex(({ name }) => name === from);
  const tailLayers = model.layers.slice(start);
  const inTail = new Set(tailLayers.map(({ name }) => name));
  const inputsOf = (layer: layers.Layer) => layer.inboundNodes[0]!.inputTensors;
  const outside = new Map<number, SymbolicTensor>();
  for (const layer of tailLayers)
    for (const tensor of inputsOf(layer))
      if (!inTail.has(tensor.sourceLayer.name)) outside.set(tensor.id, tensor);
  const [boundary, ...others] = outside.values();
  if (!boundary || others.length)
    throw new InputError(
      `The network cannot be cut before ${from}: ${outside.size} tensors cross there, not one`,
    );
  const input = tf.input({ shape: boundary.shape.slice(1) });
  const replaced = new Map<number, SymbolicTensor>([[boundary.id, input]]);
  let output = input;
  for (const layer of tailLayers) {
    const original = inputsOf(layer).map(({ id }) => replaced.get(id)!);
    const originalOutput = layer.getOutputAt(0) as SymbolicTensor;
    output = layer.apply(original.length === 1 ? original[0]! : original) as SymbolicTensor;
    replaced.set(originalOutput.id, output);
  }
  return {
    frozen: tf.model({ inputs: model.inputs, outputs: boundary }),
    tail: tf.model({ inputs: input, outputs: output }),
    boundary: boundary.sourceLayer.name,
  };
}
