import type { LayersModel, layers, Tensor } from '@tensorflow/tfjs';
import { InputError } from '../core/check';
import type { StoredArray, StoredLayer, StoredWeights } from './stored-weights';

type Layer = layers.Layer;

const shapeText = (shape: readonly (number | null)[]): string => `[${shape.join(', ')}]`;
const some = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');

type Pairs = ReadonlyMap<Layer, StoredLayer>;

/**
 * Which stored layer belongs to which layer: by name where the file has these names, else by order, as Keras does.
 * @param all layers with weights of the whole network, in order
 * @param wanted those of them that are needed
 */
function pair(all: readonly Layer[], wanted: readonly Layer[], stored: StoredWeights, title: string): Pairs {
  const byName = new Map(stored.layers.map((layer) => [layer.name, layer]));
  const missing = wanted.filter(({ name }) => !byName.has(name));
  if (!missing.length) return new Map(wanted.map((layer) => [layer, byName.get(layer.name)!]));
  if (missing.length < wanted.length)
    throw new InputError(
      `${stored.file} is not a file of weights of ${title}: it has no layer ${some(missing.map(({ name }) => name))}`,
    );
  const ordered = [all, wanted].find((layers) => layers.length === stored.layers.length);
  if (!ordered)
    throw new InputError(
      `${stored.file} is not a file of weights of ${title}: ` +
        `it has ${stored.layers.length} layers with weights (${some(stored.layers.map(({ name }) => name))}), ` +
        `the network has ${all.length} (${some(all.map(({ name }) => name))})`,
    );
  return new Map(ordered.map((layer, i) => [layer, stored.layers[i]!]));
}

function checkShapes(layer: Layer, found: StoredLayer, file: string): void {
  if (found.arrays.length !== layer.weights.length)
    throw new InputError(
      `${file}: layer ${layer.name} needs ${layer.weights.length} arrays, the file's ${found.name} has ${found.arrays.length}`,
    );
  layer.weights.forEach((weight, i) => {
    const { name, shape } = found.arrays[i]!;
    if (shapeText(shape) !== shapeText(weight.shape))
      throw new InputError(
        `${file}: layer ${layer.name} needs ${shapeText(weight.shape)}, the file's ${found.name} has ${shapeText(shape)} (${name})`,
      );
  });
}

/**
 * Layers of the file that the network has not, standing before the last one that it has: a larger network of the same
 * family has such layers; a classifier's top, which comes last, is none.
 */
function strangers(stored: StoredWeights, pairs: Pairs, all: readonly Layer[]): string[] {
  const used = new Set(pairs.values());
  const known = new Set(all.map(({ name }) => name));
  const last = stored.layers.map((layer) => used.has(layer)).lastIndexOf(true);
  return stored.layers
    .slice(0, last)
    .flatMap((layer) => (used.has(layer) || known.has(layer.name) ? [] : [layer.name]));
}

function setLayer(layer: Layer, arrays: readonly StoredArray[]): void {
  const tensors: Tensor[] = [];
  try {
    for (const array of arrays) tensors.push(array.read());
    layer.setWeights(tensors);
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

/**
 * Sets a network's weights from an open file. Every shape is checked before the first weight is changed.
 * @param network built to the end of its base, so that a file of the whole base is known as such whatever the cut
 * @param needed names of the layers up to the cut; they must be found, the others are left alone
 * @param title of the network, for messages
 * @returns names of the file's layers that were not used
 * @throws InputError naming the layer and both shapes if a layer is missing, of another shape, or unknown to the network
 */
export function assignWeights(
  network: LayersModel,
  needed: ReadonlySet<string>,
  stored: StoredWeights,
  title: string,
): string[] {
  const all = network.layers.filter((layer) => layer.weights.length);
  const wanted = all.filter(({ name }) => needed.has(name));
  const pairs = pair(all, wanted, stored, title);
  for (const [layer, found] of pairs) checkShapes(layer, found, stored.file);
  const strange = strangers(stored, pairs, all);
  if (strange.length)
    throw new InputError(
      `${stored.file} is not a file of weights of ${title}: it also has ${some(strange)}, which ${title} has not`,
    );
  for (const layer of wanted) setLayer(layer, pairs.get(layer)!.arrays);
  const used = new Set(wanted.map((layer) => pairs.get(layer)));
  return stored.layers.filter((layer) => !used.has(layer)).map(({ name }) => name);
}
