import type { Random } from '../core/random';
import type { TrainingParameters } from './preset';

/** Rows of features [rows, dimension] with what they are of. */
export interface LabelledFeatures {
  readonly data: Float32Array;
  readonly dimension: number;
  /**
   * For each picture the rows that show it: itself and its augmented copies. Each epoch trains on one of them;
   * validation looks at the first.
   */
  readonly variants: readonly (readonly number[])[];
  /** Class number of each picture. */
  readonly classes: readonly number[];
}

/** One picture of a batch: the row that shows it this time, and its class. */
export interface ShownPicture {
  readonly row: Float32Array;
  readonly truth: number;
}

/** Features [dimension] of a row. */
export const rowOf = ({ data, dimension }: LabelledFeatures, row: number): Float32Array =>
  data.subarray(row * dimension, (row + 1) * dimension);

/** An epoch's pictures in random order, batch by batch, each shown by one of its variants. */
export function* epochBatches(
  train: LabelledFeatures,
  { batchSize, augment }: Pick<TrainingParameters, 'batchSize' | 'augment'>,
  random: Random,
  epoch: number,
): Generator<ShownPicture[]> {
  const order = random.fork(`order ${epoch}`).shuffle(train.variants.map((_, i) => i));
  const choice = random.fork(`variant ${epoch}`);
  for (let start = 0; start < order.length; start += batchSize)
    yield order.slice(start, start + batchSize).map((i) => {
      const rows = train.variants[i]!;
      const variant = augment === 'each-epoch' ? epoch % rows.length : choice.integer(rows.length);
      return { row: rowOf(train, rows[variant]!), truth: train.classes[i]! };
    });
}
