/** How often each picture counts: 1 each for a figure itself, the number of times it was drawn in a resample. */
export type Weights = ArrayLike<number>;

/** A figure as a function of the weights of its pictures; null where they leave it undefined. */
export type Statistic = (weights: Weights) => number | null;

/** Every picture once. */
export const equalWeights = (count: number): Weights => new Float64Array(count).fill(1);

/** The mean of a number that each picture has: a share of pictures, a mean loss. */
export const weightedMean =
  (values: ArrayLike<number>): Statistic =>
  (weights) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      sum += weights[i]! * values[i]!;
      total += weights[i]!;
    }
    return total > 0 ? sum / total : null;
  };
