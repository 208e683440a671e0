import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { drawPhantom, phantomSize } from '../../lib/dataset/phantom';
import { planPhantoms } from '../../lib/dataset/phantom/plan';
import type { PhantomClass } from '../../lib/dataset/phantom-class';

interface Example {
  readonly patient: string;
  readonly positive: number;
  readonly features: Float64Array;
}

/** A phantom as 32×32 means of its pixels, 7×7 each. */
function thumbnail(data: Uint8Array): Float64Array {
  const side = 32;
  const block = phantomSize / side;
  const means = new Float64Array(side * side);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / phantomSize / block);
    const column = Math.floor((i % phantomSize) / block);
    means[row * side + column]! += data[i]! / block ** 2;
  }
  return means;
}

/** The outer tenth of a thumbnail: no lung is there. */
const border = (features: Float64Array): Float64Array =>
  features.filter((_, i) => Math.min(i % 32, 31 - (i % 32), i >> 5, 31 - (i >> 5)) < 3);

const examples = (label: PhantomClass, positive: number): Example[] =>
  planPhantoms(label, 'training', 42, 69).map(({ patientId, patient, picture }) => ({
    patient: patientId,
    positive,
    features: thumbnail(drawPhantom(label, patient, picture).data),
  }));

/** Standardised logistic regression as scikit-learn's C: half the squared weights plus C times the log loss. */
function logisticRegression(train: readonly Example[], c = 0.01): (features: Float64Array) => number {
  const length = train[0]!.features.length;
  const mean = new Float64Array(length);
  const deviation = new Float64Array(length);
  for (const { features } of train) for (let j = 0; j < length; j++) mean[j]! += features[j]! / train.length;
  for (const { features } of train)
    for (let j = 0; j < length; j++) deviation[j]! += (features[j]! - mean[j]!) ** 2 / train.length;
  const standard = (features: Float64Array) =>
    features.map((value, j) => (value - mean[j]!) / (Math.sqrt(deviation[j]!) || 1));
  const rows = train.map(({ features, positive }) => ({ row: standard(features), positive }));
  const weights = new Float64Array(length);
  let bias = 0;
  const score = (row: Float64Array) => row.reduce((sum, value, j) => sum + value * weights[j]!, bias);
  // The objective is strongly convex; the step is below 1 over its curvature, so plain descent converges.
  const rate = 1 / (1 + (c * train.length * length) / 6);
  for (let step = 0; step < 400; step++) {
    const gradient = weights.slice();
    let biasGradient = 0;
    for (const { row, positive } of rows) {
      const error = c * (1 / (1 + Math.exp(-score(row))) - positive);
      biasGradient += error;
      for (let j = 0; j < length; j++) gradient[j]! += error * row[j]!;
    }
    for (let j = 0; j < length; j++) weights[j]! -= rate * gradient[j]!;
    bias -= rate * biasGradient;
  }
  return (features) => score(standard(features));
}

/** Accuracy over five folds that keep each patient whole. */
function crossValidated(all: readonly Example[]): number {
  const patients = seededRandom(0).shuffle([...new Set(all.map(({ patient }) => patient))]);
  const fold = new Map(patients.map((patient, i) => [patient, i % 5]));
  let right = 0;
  for (let k = 0; k < 5; k++) {
    const predict = logisticRegression(all.filter(({ patient }) => fold.get(patient) !== k));
    for (const { patient, features, positive } of all)
      if (fold.get(patient) === k && predict(features) > 0 === (positive === 1)) right++;
  }
  return right / all.length;
}

describe('the difficulty of the phantoms, covid against normal, 69 a class', () => {
  const all = [...examples('covid', 1), ...examples('normal', 0)];

  it('is beyond a linear model on 32×32 pixels', () => {
    const accuracy = crossValidated(all);
    console.log(`logistic regression on 32×32 pixels: ${accuracy.toFixed(3)}`);
    expect(accuracy).toBeLessThan(0.75);
  });

  it('is not given away by the border, where no finding is', () => {
    const accuracy = crossValidated(
      all.map((example) => ({ ...example, features: border(example.features) })),
    );
    console.log(`logistic regression on the border: ${accuracy.toFixed(3)}`);
    // Chance is 0.5; 0.63 is three standard errors of 138 pictures above it.
    expect(accuracy).toBeLessThan(0.63);
  });

  it('does hold what a linear model finds when it is told where to look', () => {
    // The model itself works: painting the classes' mean difference three times stronger makes them separable.
    const painted = all.map((example) => ({
      ...example,
      features: example.features.map((value, j) => value + (j % 97 === 0 && example.positive ? 60 : 0)),
    }));
    expect(crossValidated(painted)).toBeGreaterThan(0.9);
  });
});
