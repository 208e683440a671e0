import type { LayersModel, layers, Rank, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { type Convolution, convolve, normalizeAndRectify } from '../../compute/convolution';
import type { TensorFlow } from '../../compute/tensorflow';
import { foldBatchNorm, normalizationOf } from './batch-norm';
import { graphOf, type Node } from './graph';
import { type Group, groupNodes, nodesOf } from './group';

/** Work done at once. Values are named by the ids of the symbolic tensors that they stand for. */
export interface Step {
  /** Names of the layers whose work it is. */
  readonly layers: readonly string[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Called in `tf.tidy`. */
  readonly compute: (...inputs: Tensor[]) => Tensor | Tensor[];
  /** Tensors of its own; whoever has the plan frees them. */
  readonly weights: readonly Tensor[];
  /** The layer that it calls, which must live as long. */
  readonly calls?: layers.Layer;
}

/** How a network is computed: its layers in fewer steps, in order. */
export interface Plan {
  readonly input: number;
  readonly output: number;
  readonly steps: readonly Step[];
}

type Of<Kind extends Group['kind']> = Extract<Group, { kind: Kind }>;

const idsOf = (tensors: readonly { readonly id: number }[]): number[] => tensors.map(({ id }) => id);

/** Copies of tensors that outlive the network; TensorFlow.js shares their numbers until one is changed. */
function kept<T extends Record<string, Tensor>>(tf: TensorFlow, make: () => T): T {
  const made = tf.tidy(() =>
    Object.fromEntries(Object.entries(make()).map(([name, tensor]) => [name, tf.clone(tensor)])),
  );
  for (const tensor of Object.values(made)) tf.keep(tensor);
  return made as T;
}

function callOf({ node: { layer, inputs, outputs } }: Of<'call'>): Step {
  return {
    layers: [layer.name],
    inputs: idsOf(inputs),
    outputs: idsOf(outputs),
    compute: (...values) =>
      layer.apply(values.length === 1 ? values[0]! : values, { training: false }) as Tensor | Tensor[],
    weights: [],
    calls: layer,
  };
}

function normalizationStep(tf: TensorFlow, { norm, relu }: Of<'normalization'>): Step {
  const { epsilon } = norm.layer.getConfig() as { epsilon: number };
  const weights = kept(tf, () => {
    const { gamma, beta, mean, variance } = normalizationOf(tf, norm.layer);
    return { gamma, beta, mean, variance };
  });
  return {
    layers: [norm.layer.name, relu.layer.name],
    inputs: idsOf(norm.inputs),
    outputs: idsOf(relu.outputs),
    compute: (x) => normalizeAndRectify(tf, x as Tensor4D, { ...weights, epsilon }),
    weights: Object.values(weights),
  };
}

/** The numbers of a convolution with all batch normalisations behind it folded in. */
function foldedWeights(tf: TensorFlow, { layer, outputs }: Node, norms: readonly Node[]) {
  const [filter, bias] = layer.getWeights() as [Tensor4D, Tensor1D?];
  const depthwise = layer.getClassName() === 'DepthwiseConv2D';
  return norms.reduce(
    (folded, norm) => foldBatchNorm(tf, folded, depthwise, normalizationOf(tf, norm.layer)),
    { filter, bias: bias ?? tf.zeros<Rank.R1>([outputs[0]!.shape[3]!]) },
  );
}

function convolutionStep(tf: TensorFlow, group: Of<'convolution'>): Step {
  const { convolution: node, padding, norms, sum, activation, last } = group;
  const { filter, bias } = kept(tf, () => foldedWeights(tf, node, norms));
  const config = node.layer.getConfig() as {
    strides: [number, number];
    dilationRate: [number, number];
    padding: 'same' | 'valid';
  };
  const convolution: Convolution = {
    filter,
    bias,
    depthwise: node.layer.getClassName() === 'DepthwiseConv2D',
    strides: config.strides,
    dilations: config.dilationRate,
    padding: padding?.margins ?? config.padding,
    activation,
  };
  const nodes = [...(padding ? [padding.node] : []), ...nodesOf(group)];
  return {
    layers: nodes.map(({ layer }) => layer.name),
    inputs: [...idsOf(nodes[0]!.inputs), ...(sum ? [sum.other] : [])],
    outputs: idsOf(last.outputs),
    compute: (x, residual) => convolve(tf, x as Tensor4D, convolution, residual as Tensor4D | undefined),
    weights: [filter, bias],
  };
}

function stepOf(tf: TensorFlow, group: Group): Step {
  if (group.kind === 'call') return callOf(group);
  return group.kind === 'normalization' ? normalizationStep(tf, group) : convolutionStep(tf, group);
}

/**
 * Steps that compute the same as a network whose weights are fixed, each in one pass over memory where the back end
 * has one: batch normalisation goes into the convolution before it, and so do zero padding, the sum with a shortcut,
 * and relu; batch normalisation after a sum goes together with relu. Every other layer is a step that calls it.
 * The steps hold numbers of their own: the network's may be freed, but for the layers that are called.
 * @param model with one input and one output
 */
export function planInference(tf: TensorFlow, model: LayersModel): Plan {
  const graph = graphOf(model);
  const steps: Step[] = [];
  try {
    for (const group of groupNodes(graph)) steps.push(stepOf(tf, group));
  } catch (error) {
    for (const { weights } of steps) tf.dispose([...weights]);
    throw error;
  }
  return { input: graph.input.id, output: graph.output.id, steps };
}
