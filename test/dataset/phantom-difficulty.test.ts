import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDemoDataset } from '../../lib/dataset/create-demo-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { patientFolds } from '../../lib/dataset/patient-folds';
import { phantomSize } from '../../lib/dataset/phantom';
import type { Xray } from '../../lib/dataset/xray';
import { formatFigure } from '../../lib/evaluation/format-figure';
import { crossValidate } from '../../lib/transfer/cross-validate';
import { releaseBackbone } from '../../lib/transfer/open-backbone';

interface Example {
  readonly positive: number;
  readonly features: Float64Array;
}

/** Grey levels of a phantom. */
const greyOf = (file: string): Promise<Uint8Array> => sharp(file).toColourspace('b-w').raw().toBuffer();

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

/** Mean, spread, darkest and lightest of a picture as a whole. */
function tones(features: Float64Array): Float64Array {
  const mean = features.reduce((a, b) => a + b) / features.length;
  const spread = Math.sqrt(features.reduce((sum, x) => sum + (x - mean) ** 2, 0) / features.length);
  const ordered = [...features].sort((a, b) => a - b);
  return Float64Array.of(mean, spread, ordered[32]!, ordered.at(-32)!);
}

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

let root: string;
let xrays: Xray[];
const thumbnails = new Map<string, Float64Array>();

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'xray-difficulty-'));
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  await createDemoDataset(path.join(root, 'demo'), { classes: ['covid', 'normal'] });
  xrays = await loadDataset(path.join(root, 'demo'));
  for (const xray of xrays) thumbnails.set(xray.path, thumbnail(await greyOf(xray.path)));
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** Accuracy over five folds, three times, that keep each patient whole; `seen` is what the model sees of a thumbnail. */
function accuracyOf(seen: (features: Float64Array, xray: Xray) => Float64Array): number {
  const exampleOf = (xray: Xray): Example => ({
    positive: xray.label === 'covid' ? 1 : 0,
    features: seen(thumbnails.get(xray.path)!, xray),
  });
  let right = 0;
  for (const seed of [0, 1, 2])
    for (const { train, test } of patientFolds(xrays, { folds: 5, seed })) {
      const predict = logisticRegression(train.map(exampleOf));
      for (const { features, positive } of test.map(exampleOf))
        if (predict(features) > 0 === (positive === 1)) right++;
    }
  return right / 3 / xrays.length;
}

describe('the difficulty of the phantoms, COVID-like against normal, 69 a class, 5 folds × 3 seeds', () => {
  it('is beyond a linear head on 32×32 pixels', async () => {
    const { accuracy, synthetic } = await crossValidate(xrays, { backbone: 'pixels' });
    console.log(`32×32 pixels: ${formatFigure(accuracy)}`);
    expect(accuracy.value).toBeLessThanOrEqual(0.65);
    expect(synthetic).toBe(true);
  });

  // Chance is 0.5; 0.63 is three standard errors of 138 pictures above it.
  it.each([
    ['the border, where no finding is', border],
    ['how light or dark the whole picture is', tones],
  ])('is not given away by %s', (name, seen) => {
    const accuracy = accuracyOf(seen);
    console.log(`${name}: ${accuracy.toFixed(3)}`);
    expect(accuracy).toBeLessThan(0.63);
  });

  it('is not given away by size, format or file', () => {
    const shapes = xrays.map(({ path: file, width, height, source, view }) =>
      [path.extname(file), width, height, source, view].join(),
    );
    expect(new Set(shapes).size).toBe(1);
  });

  it('would be given away by a mark that one class bears: the model that sees nothing above can see', () => {
    const marked = accuracyOf((features, { label }) =>
      border(features.map((value, j) => value + (j % 97 === 0 && label === 'covid' ? 60 : 0))),
    );
    expect(marked).toBeGreaterThan(0.9);
  });
});
