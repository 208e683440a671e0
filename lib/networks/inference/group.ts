import type { Activation, Margins } from '../../compute/convolution';
import { isChannelNorm } from './batch-norm';
import type { Graph, Node } from './graph';

/** Nodes whose work is done in one step. */
export type Group =
  | {
      readonly kind: 'convolution';
      readonly convolution: Node;
      /** Zeros around its input, which it adds itself. */
      readonly padding?: { readonly node: Node; readonly margins: Margins };
      readonly norms: readonly Node[];
      /** The sum of its output and a value that is there before. */
      readonly sum?: { readonly node: Node; readonly other: number };
      readonly activation: Activation;
      /** The node whose output is the step's. */
      readonly last: Node;
    }
  | { readonly kind: 'normalization'; readonly norm: Node; readonly relu: Node }
  | { readonly kind: 'call'; readonly node: Node };

const kindOf = ({ layer }: Node): string => layer.getClassName();
const configOf = ({ layer }: Node) =>
  layer.getConfig() as { activation?: string; dataFormat?: string; padding?: unknown; maxValue?: number };
const channelsLast = (node: Node): boolean => configOf(node).dataFormat !== 'channelsFirst';

const activations: readonly string[] = ['linear', 'relu', 'relu6'] satisfies Activation[];

/** The activation that a layer is; undefined for other layers and other activations. */
function activationOf(node: Node): Activation | undefined {
  const { activation, maxValue } = configOf(node);
  if (kindOf(node) === 'ReLU') return maxValue == null ? 'relu' : maxValue === 6 ? 'relu6' : undefined;
  const known = kindOf(node) === 'Activation' && activations.includes(activation!);
  return known ? (activation as Activation) : undefined;
}

/** Whether a node is a convolution that a step can do. */
const isConvolution = (node: Node): boolean =>
  ['Conv2D', 'DepthwiseConv2D'].includes(kindOf(node)) &&
  channelsLast(node) &&
  activations.includes(configOf(node).activation!);

/** The margins of a padding if this convolution can add them itself. */
function marginsFor(reader: Node, padding: Node): Margins | undefined {
  const fits =
    kindOf(padding) === 'ZeroPadding2D' &&
    channelsLast(padding) &&
    isConvolution(reader) &&
    configOf(reader).padding === 'valid';
  return fits ? (configOf(padding).padding as Margins) : undefined;
}

/** The node that alone reads this one's output; undefined where none does (it is the network's output) or several do. */
function onlyReader({ readers }: Graph, { outputs: [output] }: Node): Node | undefined {
  const [reader, ...others] = readers(output!);
  return others.length ? undefined : reader;
}

const shapeText = (tensor: { readonly shape: readonly (number | null)[] }): string => tensor.shape.join();

/** If what follows adds this node's output to one other value of the same shape that is there: that value. */
function otherSummand(next: Node | undefined, { outputs: [output] }: Node, there: ReadonlySet<number>) {
  if (!next || kindOf(next) !== 'Add' || next.inputs.length !== 2) return undefined;
  const other = next.inputs.find(({ id }) => id !== output!.id)!;
  return shapeText(other) === shapeText(output!) && there.has(other.id) ? other.id : undefined;
}

function convolutionGroup(graph: Graph, node: Node, there: ReadonlySet<number>): Group {
  let last = node;
  const next = () => onlyReader(graph, last);
  const take = (): Node => {
    last = next()!;
    return last;
  };
  const before = graph.nodes.find(({ outputs }) => outputs.some(({ id }) => id === node.inputs[0]!.id));
  const margins = before && marginsFor(node, before);
  const padding = margins && { node: before, margins };
  const own = configOf(node).activation as Activation;
  if (own !== 'linear')
    return { kind: 'convolution', convolution: node, padding, norms: [], activation: own, last };
  const norms: Node[] = [];
  for (let norm = next(); norm && isChannelNorm(norm.layer); norm = next()) norms.push(take());
  const other = otherSummand(next(), last, there);
  const sum = other === undefined ? undefined : { node: take(), other };
  const following = next();
  const activation = following && activationOf(following);
  if (activation) take();
  return {
    kind: 'convolution',
    convolution: node,
    padding,
    norms,
    sum,
    activation: activation ?? 'linear',
    last,
  };
}

function groupOf(graph: Graph, node: Node, there: ReadonlySet<number>): Group | undefined {
  if (isConvolution(node)) return convolutionGroup(graph, node, there);
  const relu = isChannelNorm(node.layer) ? onlyReader(graph, node) : undefined;
  if (relu && activationOf(relu) === 'relu') return { kind: 'normalization', norm: node, relu };
  const readers = graph.readers(node.outputs[0]!);
  const leftToReaders = readers.length > 0 && readers.every((reader) => marginsFor(reader, node));
  return leftToReaders ? undefined : { kind: 'call', node };
}

/** The nodes that a group stands for, in order; a padding is not among them, since several may share it. */
export const nodesOf = (group: Group): readonly Node[] => {
  if (group.kind === 'call') return [group.node];
  if (group.kind === 'normalization') return [group.norm, group.relu];
  const { convolution, norms, sum, last } = group;
  return [...new Set([convolution, ...norms, ...(sum ? [sum.node] : []), last])];
};

/**
 * The nodes of a network in groups, each after those that it reads. A value that is read twice, or is the output, is
 * never inside a group.
 */
export function groupNodes(graph: Graph): Group[] {
  const groups: Group[] = [];
  const done = new Set<Node>();
  const there = new Set([graph.input.id]);
  for (const node of graph.nodes) {
    const group = done.has(node) ? undefined : groupOf(graph, node, there);
    if (!group) continue;
    groups.push(group);
    const nodes = nodesOf(group);
    for (const each of nodes) done.add(each);
    for (const { id } of nodes.at(-1)!.outputs) there.add(id);
  }
  return groups;
}
