import type { LayersModel, layers, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { fractalNetwork } from '../networks/fractal';
import { setRandomWeights } from '../networks/random-weights';
import { batchNormRelu } from './batch-norm';
import { pictureSize } from './fractal-classes';

/** Share of the running moments that a step leaves in place: Keras' default. */
const momentum = 0.99;

/** The small network, an average over its map, and one dense layer. Its owner disposes it. */
export interface Classifier {
  /** The base, of one grey channel. */
  readonly network: LayersModel;
  /** Everything trained, in a fixed order. */
  readonly trained: readonly Variable[];
  /** Running means and variances of the batch normalisations, in a fixed order. */
  readonly running: readonly Variable[];
  /** Whether a variable is a kernel. */
  isKernel(variable: Variable): boolean;
  /** Logits [n, classes] by the moments of the batch itself, of which the running ones take a share. */
  train(pictures: Tensor4D): Tensor2D;
  /** Logits [n, classes] by the running moments. */
  classify(pictures: Tensor4D): Tensor2D;
  dispose(): void;
}

/** `val` is the tf.Variable under a layer's weight. */
const variableOf = (weight: unknown): Variable => (weight as { val: Variable }).val;

const isBatchNorm = (layer: layers.Layer): boolean => layer.getClassName() === 'BatchNormalization';

/**
 * A classifier of grey pictures 64×64 with weights drawn from `seed`; the dense layer starts from zeros.
 * @param seed whole number
 */
export function buildClassifier(tf: TensorFlow, classCount: number, seed: number): Classifier {
  const network = fractalNetwork(1)(tf, pictureSize);
  setRandomWeights(tf, network, new Set(network.layers.map(({ name }) => name)), seed, 'standardize');
  const channels = network.outputs[0]!.shape[3]!;
  const [kernel, bias] = tf.tidy(() => [
    tf.variable(tf.zeros([channels, classCount])),
    tf.variable(tf.zeros([classCount])),
  ]);
  const kernels = new Set(network.weights.filter(({ shape }) => shape.length > 1).map(variableOf)).add(
    kernel,
  );
  const logits = (map: Tensor) =>
    tf.add(tf.matMul(tf.mean(map, [1, 2]) as Tensor2D, kernel as unknown as Tensor2D), bias) as Tensor2D;
  const follow = (running: Variable, now: Tensor) =>
    running.assign(tf.add(tf.mul(running, momentum), tf.mul(now, 1 - momentum)));
  return {
    network,
    trained: [...network.trainableWeights.map(variableOf), kernel, bias],
    running: network.nonTrainableWeights.map(variableOf),
    isKernel: (variable) => kernels.has(variable),
    train(pictures) {
      let x = pictures;
      for (const layer of network.layers.slice(1)) {
        // The activation after a batch normalisation is computed with it.
        if (layer.getClassName() === 'Activation') continue;
        if (!isBatchNorm(layer)) {
          x = layer.apply(x) as Tensor4D;
          continue;
        }
        const [gamma, beta, mean, variance] = layer.weights.map(variableOf);
        const { epsilon } = layer.getConfig() as { epsilon: number };
        const normalized = batchNormRelu(
          tf,
          x,
          gamma as unknown as Tensor1D,
          beta as unknown as Tensor1D,
          epsilon,
        );
        follow(mean!, normalized.mean);
        follow(variance!, normalized.variance);
        x = normalized.output;
      }
      return logits(x);
    },
    classify: (pictures) => logits(network.predict(pictures) as Tensor),
    dispose() {
      network.dispose();
      tf.dispose([kernel, bias]);
    },
  };
}
