import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs';

/** One application of a layer: a layer that is applied twice gives two. */
export interface Node {
  readonly layer: layers.Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/** What a network computes, as tensors and the nodes between them. */
export interface Graph {
  readonly input: SymbolicTensor;
  readonly output: SymbolicTensor;
  /** Each after those that it reads. */
  readonly nodes: readonly Node[];
  /** The nodes that read a tensor; one that reads it twice is there twice. */
  readers(tensor: SymbolicTensor): readonly Node[];
}

/** The part of a network that its output depends on. @param model with one input and one output */
export function graphOf(model: LayersModel): Graph {
  const [input, output] = [model.inputs[0]!, model.outputs[0]!];
  const found = new Map<string, Node>();
  const visit = ({ sourceLayer, nodeIndex, id }: SymbolicTensor): void => {
    const key = `${sourceLayer.name} ${nodeIndex}`;
    if (id === input.id || found.has(key)) return;
    const { inputTensors, outputTensors } = sourceLayer.inboundNodes[nodeIndex!]!;
    inputTensors.forEach(visit);
    found.set(key, { layer: sourceLayer, inputs: inputTensors, outputs: outputTensors });
  };
  visit(output);
  const nodes = [...found.values()];
  const readers = new Map<number, Node[]>();
  for (const node of nodes)
    for (const { id } of node.inputs) readers.set(id, [...(readers.get(id) ?? []), node]);
  return { input, output, nodes, readers: ({ id }) => readers.get(id) ?? [] };
}
