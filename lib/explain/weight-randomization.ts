import type { Tensor4D } from '@tensorflow/tfjs';
import { type TensorFlow, tensorflow } from '../compute/tensorflow';
import { checkWhole, InputError } from '../core/check';
import { seededRandom } from '../core/random';
import type { Pixels } from '../dataset/xray';
import { inferenceEngine } from '../networks/inference/engine';
import { loadBackbone } from '../networks/load-backbone';
import { preprocess } from '../networks/preprocess';
import { glorotDense, type Head } from '../transfer/head';
import type { TransferModel } from '../transfer/model';
import { convolutionsFromTop, randomizeFrom } from './random-base';
import { comparison, type RandomizationOptions, type RandomizationStep } from './randomization';
import type { Explainable } from './seen-pictures';

export interface WeightRandomizationOptions extends RandomizationOptions {
  /** Steps through the base at most, evenly over its convolutions, 1 to 1,000. Default: one for each. */
  readonly steps?: number;
}

/** Pictures that tell how large activations are; more would take memory for nothing. */
const measured = 8;

/** The same layers before any training. */
function untrained({ layers }: Head, seed: number): Head {
  const random = seededRandom(`${seed}/untrained head`);
  return { layers: layers.map(({ inputs, units }, i) => glorotDense(inputs, units, random.fork(i))) };
}

/** `count` of the items evenly, the last one always among them. */
const evenly = <T>(items: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, i) => items[Math.round(((i + 1) * items.length) / count) - 1]!);

function batchOf(tf: TensorFlow, pictures: readonly Pixels[]): Tensor4D {
  const { width, height } = pictures[0]!;
  const values = new Float32Array(pictures.length * width * height * 3);
  pictures.forEach(({ data }, i) => {
    values.set(data, i * data.length);
  });
  return tf.tensor4d(values, [pictures.length, height, width, 3]);
}

/**
 * The model parameter randomisation test (Adebayo et al. 2018, "Sanity checks for saliency maps"): the head is drawn
 * anew, then the base's convolutions with it, from the last to the first. A map that shows what was learnt must lose its
 * likeness to the trained model's; one that stays alike shows the picture, not the model. The model is left as it is.
 * @param inputs two pictures or more
 * @returns the head alone first, the whole network last
 * @throws InputError for fewer than two pictures, an option out of range, or a base with layers that cannot be drawn
 */
export async function weightRandomization(
  model: TransferModel,
  inputs: readonly Explainable[],
  { steps = 1000, ...options }: WeightRandomizationOptions = {},
): Promise<RandomizationStep[]> {
  const { seed = 0, onProgress, signal } = options;
  checkWhole('steps', steps, 1, 1000);
  const tf = await tensorflow();
  return model.withBackbone(async (backbone) => {
    const network = await loadBackbone(backbone.options);
    try {
      const convolutions = convolutionsFromTop(network.model);
      if (!convolutions.length)
        throw new InputError(`${backbone.title} has no convolution whose weights could be drawn anew`);
      const count = Math.min(steps, convolutions.length);
      const { pictures, step } = await comparison(model, backbone, inputs, options);
      const { preprocessing } = model.parameters;
      const mode = preprocessing === 'own' ? backbone.preprocessing : preprocessing;
      const head = untrained(model.head, seed);
      const found: RandomizationStep[] = [];
      const add = (next: RandomizationStep) => {
        found.push(next);
        onProgress?.({ stage: 'randomisation', done: found.length, total: count + 1 });
      };
      add(await step('head', { backbone, head }));
      for (const from of evenly(convolutions, count)) {
        signal?.throwIfAborted();
        tf.tidy(() => {
          const input = preprocess(tf, batchOf(tf, pictures.slice(0, measured)), mode);
          randomizeFrom(tf, network, from, seed, input);
        });
        const engine = inferenceEngine(tf, network.model);
        try {
          add(await step(from, { backbone: { ...backbone, ...engine }, head }));
        } finally {
          engine.dispose();
        }
      }
      return found;
    } finally {
      network.model.dispose();
    }
  });
}
