import type { Rows } from './rows';

/** Inner products of rows: of every picture with every one that may be trained on. */
export interface Gram {
  /** Pictures that may be trained on: the first ones. */
  readonly trained: number;
  /** [pictures · trained]; among those to be trained on symmetric, with a mean of 1 on the diagonal. */
  readonly products: Float64Array;
}

/** A column that varies less than this, against its mean, does not vary. */
const leastDeviation = 1e-6;

/** Each column with mean 0 and standard deviation 1 over the first rows; one that does not vary there is 0. */
function standardized({ data, dimension }: Rows, trained: number): Float32Array {
  const scaled = new Float32Array(data.length);
  const end = trained * dimension;
  for (let d = 0; d < dimension; d++) {
    let sum = 0;
    let squares = 0;
    for (let k = d; k < end; k += dimension) sum += data[k]!;
    const mean = sum / trained;
    for (let k = d; k < end; k += dimension) squares += (data[k]! - mean) ** 2;
    const deviation = Math.sqrt(squares / trained);
    if (deviation > leastDeviation * (1 + Math.abs(mean)))
      for (let k = d; k < data.length; k += dimension) scaled[k] = (data[k]! - mean) / deviation;
  }
  return scaled;
}

/** Columns taken at a time, so that those of all pictures stay in the processor's cache. */
const blockColumns = 512;

/** Adds the inner products of so many rows [count · width]: of each with those of the first `trained` that are not behind it. */
function addProducts(
  products: Float64Array,
  rows: Float64Array,
  width: number,
  count: number,
  trained: number,
): void {
  // Two rows by two: four sums a pass, for half the reading.
  for (let i = 0; i < count; i += 2) {
    const i2 = Math.min(i + 1, count - 1);
    for (let j = 0; j < Math.min(i2 + 1, trained); j += 2) {
      const j2 = Math.min(j + 1, trained - 1);
      let [sum, sum2, sum3, sum4] = [0, 0, 0, 0];
      for (let d = 0, a = i * width, b = i2 * width, c = j * width, e = j2 * width; d < width; d++) {
        const p = rows[a + d]!;
        const q = rows[b + d]!;
        const r = rows[c + d]!;
        const s = rows[e + d]!;
        sum += p * r;
        sum2 += p * s;
        sum3 += q * r;
        sum4 += q * s;
      }
      products[i * trained + j]! += sum;
      if (j2 > j) products[i * trained + j2]! += sum2;
      if (i2 > i) products[i2 * trained + j]! += sum3;
      if (i2 > i && j2 > j) products[i2 * trained + j2]! += sum4;
    }
  }
}

/**
 * The inner products of standardised rows: all that a linear classifier needs of them, and much less where there are
 * thousands of numbers a picture. The scale follows from the pictures to be trained on, but from nobody's class.
 * @param trained how many pictures, the first ones, may be trained on. Default: all
 */
export function gramOf(rows: Rows, trained = rows.data.length / rows.dimension): Gram {
  const { dimension } = rows;
  const count = rows.data.length / dimension;
  const data = standardized(rows, trained);
  const products = new Float64Array(count * trained);
  for (let first = 0; first < dimension; first += blockColumns) {
    const width = Math.min(blockColumns, dimension - first);
    const block = new Float64Array(count * width);
    for (let i = 0; i < count; i++)
      block.set(data.subarray(i * dimension + first, i * dimension + first + width), i * width);
    addProducts(products, block, width, count, trained);
  }
  for (let i = 0; i < trained; i++)
    for (let j = 0; j < i; j++) products[j * trained + i] = products[i * trained + j]!;
  let trace = 0;
  for (let i = 0; i < trained; i++) trace += products[i * (trained + 1)]!;
  const scale = trace > 0 ? trained / trace : 0;
  return { trained, products: products.map((value) => value * scale) };
}

/** The lower triangle of a positive definite matrix [n · n] as L · Lᵀ, in place. */
function choleskyInPlace(matrix: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    const own = j * n;
    let square = matrix[own + j]!;
    for (let k = 0; k < j; k++) square -= matrix[own + k]! ** 2;
    const pivot = Math.sqrt(square);
    matrix[own + j] = pivot;
    let i = j + 1;
    // Four rows a pass: twice as fast.
    for (; i + 3 < n; i += 4) {
      const [a, b, c, d] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
      let [sum, sum2, sum3, sum4] = [matrix[a + j]!, matrix[b + j]!, matrix[c + j]!, matrix[d + j]!];
      for (let k = 0; k < j; k++) {
        const factor = matrix[own + k]!;
        sum -= factor * matrix[a + k]!;
        sum2 -= factor * matrix[b + k]!;
        sum3 -= factor * matrix[c + k]!;
        sum4 -= factor * matrix[d + k]!;
      }
      matrix[a + j] = sum / pivot;
      matrix[b + j] = sum2 / pivot;
      matrix[c + j] = sum3 / pivot;
      matrix[d + j] = sum4 / pivot;
    }
    for (; i < n; i++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[own + k]! * matrix[i * n + k]!;
      matrix[i * n + j] = sum / pivot;
    }
  }
}

/** Solves L · Lᵀ · x = right. */
function solveCholesky(factor: Float64Array, n: number, right: Float64Array): Float64Array {
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return x;
}

/** The L2 penalty of `fitLogistic` on rows of mean length 1; scikit-learn's C is 1 / penalty. */
export const defaultPenalty = 0.1;
const mostSteps = 50;
const tolerance = 1e-10;

/** A fitted logistic regression: the logit of a picture is bias + Σ weight · product with a training picture. */
export interface Logistic {
  /** Numbers of the training pictures. */
  readonly train: readonly number[];
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * Logistic regression with an L2 penalty on the weights, none on the bias, fitted to its one optimum by Newton's
 * method on the inner products (iteratively reweighted least squares; Hastie, Tibshirani and Friedman 2009, 4.4.1 and
 * 18.3.5): the same logits as scikit-learn's LogisticRegression(C = 1 / penalty) on the rows themselves.
 * @param train numbers of the pictures to fit
 * @param positive whether each of them is of the class; both kinds must be there
 */
export function fitLogistic(
  { trained, products }: Gram,
  train: readonly number[],
  positive: readonly boolean[],
  penalty = defaultPenalty,
): Logistic {
  const n = train.length;
  const own = new Float64Array(n * n);
  train.forEach((a, i) => {
    train.forEach((b, j) => {
      own[i * n + j] = products[a * trained + b]!;
    });
  });
  let weights = new Float64Array(n);
  let bias = 0;
  const logits = new Float64Array(n);
  for (let step = 0; step < mostSteps; step++) {
    const matrix = own.slice();
    const target = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-logits[i]!));
      const curvature = Math.max(p * (1 - p), 1e-9);
      matrix[i * (n + 1)]! += penalty / curvature;
      target[i] = logits[i]! + ((positive[i] ? 1 : 0) - p) / curvature;
    }
    choleskyInPlace(matrix, n);
    const ofTarget = solveCholesky(matrix, n, target);
    const ofOnes = solveCholesky(matrix, n, new Float64Array(n).fill(1));
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    bias = sum(ofTarget) / sum(ofOnes);
    weights = ofTarget.map((value, i) => value - bias * ofOnes[i]!);
    let change = 0;
    for (let i = 0; i < n; i++) {
      let logit = bias;
      for (let j = 0; j < n; j++) logit += own[i * n + j]! * weights[j]!;
      change = Math.max(change, Math.abs(logit - logits[i]!));
      logits[i] = logit;
    }
    if (change < tolerance) break;
  }
  return { train, weights, bias };
}

/** The logit of a picture, by its number in `gram`. */
export function logitOf({ trained, products }: Gram, model: Logistic, picture: number): number {
  const { train, weights, bias } = model;
  return train.reduce((sum, other, j) => sum + products[picture * trained + other]! * weights[j]!, bias);
}
