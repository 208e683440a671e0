import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import { freeLayer } from './free-layer';
import { nearest } from './nearest';

type Layer = layers.Layer;

/** Names of the layers whose output is a map [n, h, w, c]: where a network may be cut. */
export const cutPoints = (network: LayersModel): string[] =>
  network.layers
    .filter((layer) => layer.getClassName() !== 'InputLayer' && outputOf(layer)?.shape.length === 4)
    .map(({ name }) => name);

function outputOf(layer: Layer): SymbolicTensor | undefined {
  try {
    return layer.getOutputAt(0) as SymbolicTensor;
  } catch {
    return undefined;
  }
}

/** Names of the layers that the output of layer `cut` depends on, itself included. */
export function layersUpTo(network: LayersModel, cut: string): Set<string> {
  const names = new Set<string>();
  const visit = (layer: Layer) => {
    if (names.has(layer.name)) return;
    names.add(layer.name);
    for (const node of layer.inboundNodes) node.inboundLayers.forEach(visit);
  };
  visit(network.getLayer(cut));
  return names;
}

/**
 * Returns `cut` if the network can be cut there.
 * @throws InputError naming the layers with the most similar names
 */
export function checkCut(network: LayersModel, cut: string, title: string): string {
  const points = cutPoints(network);
  if (points.includes(cut)) return cut;
  const fault = network.layers.some(({ name }) => name === cut)
    ? `layer "${cut}" of ${title} does not give a map [height, width, channels]`
    : `${title} has no layer "${cut}"`;
  throw new InputError(
    `cut: ${fault}; did you mean one of ${nearest(cut, points, 5).join(', ')}? ` +
      `(${points.length} layers, ${points[0]} to ${points.at(-1)})`,
  );
}

/**
 * The network up to layer `cut`; the given network must not be used any more. Weights beyond the cut are freed.
 * Disposing the result frees the rest.
 */
export function cutAt(tf: TensorFlow, network: LayersModel, cut: string): LayersModel {
  const kept = layersUpTo(network, cut);
  for (const layer of network.layers) if (!kept.has(layer.name)) freeLayer(layer);
  const output = network.getLayer(cut).getOutputAt(0) as SymbolicTensor;
  return tf.model({ name: network.name, inputs: network.inputs, outputs: output });
}

/** The number in a layer's name that says which block it is in: block5_conv1, conv5_block1_out, conv_dw_12_bn. */
const blockNumber = (name: string): string | undefined =>
  /^(?:block|conv)(?:_dw_|_pw_|_)?(\d+)/.exec(name)?.[1];

/**
 * The first layer of the last block of a cut network, from which fine-tuning goes: blocks are told by the numbers in
 * the layers' names; without such numbers it is the last layer that has weights.
 */
export function lastBlockStart(model: LayersModel): string {
  const backwards = [...model.layers].reverse();
  const last = backwards.find(({ name }) => blockNumber(name));
  const first = last && model.layers.find(({ name }) => blockNumber(name) === blockNumber(last.name));
  return (first ?? backwards.find((layer) => layer.weights.length) ?? backwards[0]!).name;
}
