import type { Random } from '../core/random';
import { argmax } from '../evaluation/probabilities';
import { glorotDense, softmax } from './head';
import type { LabelledFeatures, ShownPicture } from './labelled-features';
import type { TrainingParameters } from './preset';
import { type TrainableHead, trainableHead } from './trainable-head';

/** Where the training of a head starts. */
export interface HeadStart {
  readonly train: LabelledFeatures;
  readonly classCount: number;
  readonly parameters: Pick<TrainingParameters, 'hiddenUnits' | 'dropout' | 'l2' | 'batchSize' | 'augment'>;
  /** Weight of each class in the loss. */
  readonly classWeights: readonly number[];
  readonly random: Random;
  /**
   * What the kernels start from. `zeros` is for a head without hidden layer only: its loss is convex, so a random
   * start is nothing but noise, which is large where features are many and steps few. Default `glorot`.
   */
  readonly start?: 'glorot' | 'zeros';
}

/** A head that learns batch by batch. */
export interface HeadLearner {
  readonly head: TrainableHead;
  /** One step of Adam on a batch; the sum of its losses before the step, weighted by class, and how many were right. */
  learn(batch: readonly ShownPicture[], learningRate: number): { loss: number; right: number };
}

/**
 * A head at its start: Glorot's numbers, or zeros.
 * @param atOnce rows a pass, a batch or more
 */
export function headLearner(
  { train, classCount, parameters, classWeights, random, start }: HeadStart,
  atOnce: number,
): HeadLearner {
  const { dropout, l2, hiddenUnits } = parameters;
  const sizes = [train.dimension, ...(hiddenUnits ? [hiddenUnits] : []), classCount];
  const layers = sizes.slice(1).map((units, i) => glorotDense(sizes[i]!, units, random.fork(`layer ${i}`)));
  if (start === 'zeros' && !hiddenUnits) layers[0]!.kernel.fill(0);
  const head = trainableHead({ layers }, atOnce);
  const drops = random.fork('dropout');
  const kept = 1 / (1 - dropout);
  const drop = (activations: Float32Array) => {
    for (let j = 0; j < hiddenUnits; j++) {
      const isKept = activations[j]! > 0 && (dropout === 0 || drops.uniform() >= dropout);
      activations[j] = isKept ? activations[j]! * kept : 0;
    }
  };
  let step = 0;

  const learn = (batch: readonly ShownPicture[], learningRate: number) => {
    let loss = 0;
    let right = 0;
    head
      .forward(
        batch.map(({ row }) => row),
        drop,
      )
      .forEach((logits, b) => {
        const { truth } = batch[b]!;
        const classWeight = classWeights[truth]!;
        const probabilities = softmax(logits);
        loss -= classWeight * Math.log(Math.max(probabilities[truth]!, 1e-7));
        if (argmax(probabilities) === truth) right++;
        // The gradient of the logits, in their place.
        probabilities[truth]! -= 1;
        for (let c = 0; c < classCount; c++) probabilities[c]! *= classWeight / batch.length;
      });
    head.backward(++step, learningRate, l2, kept);
    return { loss, right };
  };

  return { head, learn };
}
