import { type Random, seededRandom } from '../../lib/core/random';
import type { LabelledFeatures } from '../../lib/transfer/labelled-features';
import type { HeadTraining } from '../../lib/transfer/train-head';

/** Rows of numbers around a centre of their class; `spread` 0.3 is easy, 3 is hard. */
export function cloud(
  random: Random,
  count: number,
  dimension: number,
  classCount: number,
  { spread = 1, copies = 0 } = {},
): LabelledFeatures {
  const place = seededRandom('centres');
  const centres = Array.from({ length: classCount }, () =>
    Array.from({ length: dimension }, () => place.normal()),
  );
  const rowsEach = copies + 1;
  const classes = Array.from({ length: count }, (_, i) => i % classCount);
  const data = new Float32Array(count * rowsEach * dimension);
  for (let row = 0; row < count * rowsEach; row++)
    for (let d = 0; d < dimension; d++)
      data[row * dimension + d] =
        centres[classes[Math.floor(row / rowsEach)]!]![d]! + spread * random.normal();
  const variants = classes.map((_, i) => Array.from({ length: rowsEach }, (_, v) => i * rowsEach + v));
  return { data, dimension, variants, classes };
}

/** A head's training with everything that a test does not care about filled in. */
export function training(
  work: Partial<Omit<HeadTraining, 'parameters'>> & { parameters?: Partial<HeadTraining['parameters']> },
): HeadTraining {
  const random = seededRandom(7);
  return {
    train: cloud(random, 22, 5, 2),
    validation: cloud(random, 10, 5, 2),
    classCount: 2,
    classWeights: [1, 1, 1].slice(0, work.classCount ?? 2),
    random: seededRandom('head'),
    ...work,
    parameters: {
      hiddenUnits: 0,
      dropout: 0,
      l2: 0,
      epochs: 5,
      batchSize: 8,
      learningRate: 1e-3,
      decay: 0,
      patience: 0,
      augment: 0,
      ...work.parameters,
    },
  };
}
