import type { LayersModel, Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
import type { TensorFlow } from '../compute/tensorflow';
import { argmax } from '../evaluation/probabilities';
import type { Features } from './features';
import type { Dense, Head } from './head';
import type { Epoch } from './history';
import { poolingFor } from './pooling';
import type { TrainingParameters } from './preset';

/** What is trained, and on what. */
export interface TailAndHeadParts {
  /** The base's last block, from what the frozen part before it gives to the feature map. */
  readonly tail: LayersModel;
  /** Feature map [h, w, c] of the whole base. */
  readonly featureShape: readonly [number, number, number];
  readonly head: Head;
  /** What the frozen part gives, a row a picture. */
  readonly features: Features;
  /** Class number of each row. */
  readonly truth: readonly number[];
  readonly parameters: Pick<TrainingParameters, 'pooling' | 'dropout' | 'batchSize'>;
  readonly learningRate: number;
}

/** The last block of a base and the head, as one network that is trained. Its owner disposes it; the tail is not its own. */
export interface TailAndHead {
  /** One step of Adam on a batch of rows: the sum of their losses before the step, and how many were right. */
  learn(rows: readonly number[], dropoutSeed: number): { loss: number; right: number };
  /** Logits [rows][classes], without dropout. */
  logits(rows: readonly number[]): Promise<number[][]>;
  /** Mean cross-entropy and accuracy, without dropout. */
  score(rows: readonly number[]): Promise<Pick<Epoch, 'valLoss' | 'valAccuracy'>>;
  /** Remembers the weights as they are now. */
  keep(): void;
  /** Takes the weights that were remembered last. */
  restore(): void;
  /** A copy of the head. */
  head(): Head;
  dispose(): void;
}

interface HeadVariables {
  readonly kernel: Variable;
  readonly bias: Variable;
}

const variablesOf = (tf: TensorFlow, { layers }: Head): HeadVariables[] =>
  tf.tidy(() =>
    layers.map(({ kernel, bias, inputs, units }) => ({
      kernel: tf.variable(tf.tensor2d(kernel, [inputs, units])),
      bias: tf.variable(tf.tensor1d(bias)),
    })),
  );

function batchOf(tf: TensorFlow, { data, dimension, shape }: Features, rows: readonly number[]): Tensor4D {
  const values = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => {
    values.set(data.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return tf.tensor4d(values, [rows.length, ...shape]);
}

/** Logits [n, classes] of a feature map; dropout before the last layer where a seed for it is given. */
function headLogits(
  tf: TensorFlow,
  map: Tensor4D,
  head: readonly HeadVariables[],
  { featureShape, parameters }: TailAndHeadParts,
  dropoutSeed?: number,
): Tensor2D {
  const { window, stride } = poolingFor(parameters.pooling, featureShape);
  const pooled = tf.avgPool(map, window as [number, number], stride as [number, number], 'valid');
  let x: Tensor2D = pooled.reshape([map.shape[0], -1]);
  head.forEach(({ kernel, bias }, i) => {
    const last = i === head.length - 1;
    if (last && i > 0 && dropoutSeed !== undefined && parameters.dropout > 0)
      x = tf.dropout(x, parameters.dropout, undefined, dropoutSeed) as Tensor2D;
    x = tf.add(tf.matMul(x, kernel as unknown as Tensor2D), bias);
    if (!last) x = tf.relu(x);
  });
  return x;
}

/** Tail and head with the weights that they have now. Batch norm keeps its statistics, as Chollet advises for fine-tuning. */
export function tailAndHead(tf: TensorFlow, parts: TailAndHeadParts): TailAndHead {
  const { tail, head: start, features, truth, parameters, learningRate } = parts;
  const head = variablesOf(tf, start);
  const ofHead = head.flatMap(({ kernel, bias }) => [kernel, bias]);
  // `val` is the tf.Variable under a layer's weight.
  const ofTail = tail.trainableWeights.map((weight) => (weight as unknown as { val: Variable }).val);
  const variables = [...ofTail, ...ofHead];
  const optimizer = tf.train.adam(learningRate);
  const classCount = start.layers.at(-1)!.units;
  let kept: Tensor[] = [];

  const truthOf = (rows: readonly number[]) => rows.map((row) => truth[row]!);
  const logitsOf = (rows: readonly number[], dropoutSeed?: number): Tensor2D => {
    const map = tail.apply(batchOf(tf, features, rows), { training: false }) as Tensor4D;
    return headLogits(tf, map, head, parts, dropoutSeed);
  };
  const crossEntropy = (logits: Tensor2D, rows: readonly number[]) =>
    tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(truthOf(rows), 'int32'), classCount), logits);
  const logits = async (rows: readonly number[]): Promise<number[][]> => {
    const found: number[][] = [];
    for (let i = 0; i < rows.length; i += parameters.batchSize) {
      const part = tf.tidy(() => logitsOf(rows.slice(i, i + parameters.batchSize)));
      found.push(...(await part.array()));
      part.dispose();
    }
    return found;
  };

  return {
    learn: (rows, dropoutSeed) =>
      tf.tidy(() => {
        let predicted: Tensor2D | undefined;
        const loss = optimizer.minimize(
          () => {
            const given = logitsOf(rows, dropoutSeed);
            predicted = tf.keep(given.clone());
            return crossEntropy(given, rows).asScalar();
          },
          true,
          variables,
        )!;
        const called = predicted!.argMax(1).dataSync();
        predicted!.dispose();
        const right = truthOf(rows).filter((c, i) => c === called[i]).length;
        return { loss: loss.dataSync()[0]! * rows.length, right };
      }),
    logits,
    async score(rows) {
      const found = await logits(rows);
      const valLoss = tf.tidy(() => crossEntropy(tf.tensor2d(found), rows).dataSync()[0]!);
      const right = truthOf(rows).filter((c, i) => c === argmax(found[i]!)).length;
      return { valLoss, valAccuracy: right / rows.length };
    },
    keep() {
      tf.dispose(kept);
      kept = variables.map((variable) => tf.keep(variable.clone()));
    },
    restore() {
      variables.forEach((variable, i) => {
        variable.assign(kept[i]!);
      });
    },
    head: () => ({
      layers: head.map(
        ({ kernel, bias }, i): Dense => ({
          ...start.layers[i]!,
          kernel: kernel.dataSync<'float32'>().slice(),
          bias: bias.dataSync<'float32'>().slice(),
        }),
      ),
    }),
    dispose() {
      optimizer.dispose();
      tf.dispose(ofHead);
      tf.dispose(kept);
    },
  };
}
