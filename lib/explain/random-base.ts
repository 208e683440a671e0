import type { LayersModel, layers, SymbolicTensor, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { InputError } from '../core/check';
import type { Backbone } from '../networks/backbone';
import { type Moments, setRandomWeights } from '../networks/random-weights';

type Layer = layers.Layer;

const kernelRank = 4;
const hasKernel = (layer: Layer): boolean => layer.weights[0]?.shape.length === kernelRank;

/** Names of the layers with a convolution's kernel, the last first. */
export const convolutionsFromTop = (model: LayersModel): string[] =>
  model.layers
    .filter(hasKernel)
    .map(({ name }) => name)
    .reverse();

const outputOf = (layer: Layer) => layer.getOutputAt(0) as SymbolicTensor;

/** Mean and variance of what each of these layers gives for the pictures, by name. */
function measure(
  tf: TensorFlow,
  model: LayersModel,
  from: readonly Layer[],
  pictures: Tensor4D,
): Map<string, Moments> {
  const found = new Map<string, Moments>();
  const add = ({ name }: Layer, output: Tensor) => {
    const { mean, variance } = tf.moments(output);
    found.set(name, { mean: mean.dataSync()[0]!, variance: variance.dataSync()[0]! });
  };
  const isInput = (layer: Layer) => layer.getClassName() === 'InputLayer';
  const inner = from.filter((layer) => !isInput(layer));
  tf.tidy(() => {
    for (const layer of from.filter(isInput)) add(layer, pictures);
    if (!inner.length) return;
    const upTo = tf.model({ inputs: model.inputs, outputs: inner.map(outputOf) });
    for (const [i, output] of [upTo.predict(pictures)].flat().entries()) add(inner[i]!, output);
  });
  return found;
}

/**
 * Draws the weights of layer `from` and of all after it anew, as those of a random network, scaled to what the layers
 * before give for the pictures; so activations keep their size whatever the trained layers make of them.
 * @param model is changed
 * @param pictures preprocessed, [n, size, size, 3]
 * @throws InputError naming a layer whose weights it knows no way to draw
 */
export function randomizeFrom(
  tf: TensorFlow,
  { model, preprocessing }: Pick<Backbone, 'model' | 'preprocessing'>,
  from: string,
  seed: number,
  pictures: Tensor4D,
): void {
  const drawn = model.layers.slice(model.layers.findIndex(({ name }) => name === from));
  const strange = drawn.find(
    (layer) => layer.weights.length && !hasKernel(layer) && layer.getClassName() !== 'BatchNormalization',
  );
  if (strange)
    throw new InputError(
      `Layer ${strange.name} is of the kind ${strange.getClassName()}; only convolutions and batch normalisations can be drawn anew`,
    );
  const names = new Set(drawn.map(({ name }) => name));
  const before = drawn.flatMap((layer) => layer.inboundNodes[0]!.inboundLayers);
  const boundary = [...new Set(before.filter(({ name }) => !names.has(name)))];
  setRandomWeights(tf, model, names, seed, preprocessing, measure(tf, model, boundary, pictures));
}
