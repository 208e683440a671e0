import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { confusionMatrix } from '../../lib/evaluation/confusion-matrix';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { meanWithInterval } from '../../lib/evaluation/mean-with-interval';
import { newcombeInterval } from '../../lib/evaluation/newcombe';
import { normalQuantile } from '../../lib/evaluation/normal-quantile';
import { studentQuantile } from '../../lib/evaluation/student-quantile';
import { fitTemperature } from '../../lib/evaluation/temperature';
import { wilson, zOf } from '../../lib/evaluation/wilson';
import { agreement } from '../agreement';

interface Case {
  labels: string[];
  truth: string[];
  predicted: string[];
  probabilities: number[][];
  logits: number[][];
  confusion: number[][];
  accuracy: number;
  sensitivity: (number | null)[];
  precision: (number | null)[];
  f1: (number | null)[];
  specificity: (number | null)[];
  auroc: (number | null)[];
  logLoss: number;
  brier: number;
  temperature: number;
}

const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../fixtures/evaluation/reference.json'), 'utf8'),
) as {
  cases: Case[];
  wilson: { successes: number; n: number; confidence: number; low: number; high: number }[];
  quantiles: {
    normal: { p: number; value: number }[];
    student: { p: number; degrees: number; value: number }[];
  };
  areas: { area: number; m: number; n: number; low: number; high: number }[];
  means: { values: number[]; value: number; low: number; high: number }[];
};

const scikit = (statistic: string) => agreement(statistic, 'scikit-learn', 1e-12);
const close = {
  accuracy: scikit('accuracy'),
  logLoss: scikit('log loss'),
  brier: agreement('Brier score of several classes', 'NumPy', 1e-12),
  sensitivity: scikit('sensitivity'),
  specificity: scikit('specificity'),
  precision: scikit('precision'),
  f1: scikit('F1'),
  auroc: scikit('AUROC of a class'),
  meanAuroc: scikit('AUROC, mean over classes'),
  temperature: agreement('temperature', "SciPy's root of the loss's slope", 1e-9),
  wilson: agreement("Wilson's interval", 'statsmodels', 1e-12),
  normal: agreement('normal quantile', 'SciPy', 1e-13, 'relative'),
  student: agreement("Student's quantile", 'SciPy', 1e-10, 'relative'),
  mean: agreement("mean with Student's interval", 'SciPy', 1e-11),
  newcombe: agreement("Newcombe's interval of an area", "NumPy's roots of his quartic", 1e-9),
};

describe.each(reference.cases.map((c, i) => [i, c] as const))(
  'equal to scikit-learn to 1e-12, case %i',
  (_, c) => {
    const evaluation = evaluatePredictions(c.truth, c.probabilities, c.labels);

    test('counts and scores', () => {
      expect(evaluation.confusion).toEqual(c.confusion);
      expect(confusionMatrix(c.truth, c.predicted, c.labels)).toEqual(c.confusion);
      expect(evaluation.count).toBe(c.truth.length);
      close.accuracy(evaluation.accuracy.value, c.accuracy);
      close.logLoss(evaluation.logLoss, c.logLoss);
      close.logLoss(evaluation.calibration!.logLoss!.value, c.logLoss);
      close.brier(evaluation.brier, c.brier);
    });

    test('figures of each class', () => {
      c.labels.forEach((label, k) => {
        const figures = evaluation.perClass[label]!;
        for (const name of ['sensitivity', 'precision', 'f1', 'specificity', 'auroc'] as const)
          close[name](figures[name]!.value, c[name][k]!);
        expect(figures.recall).toEqual(figures.sensitivity);
        expect(figures.support).toBe(c.truth.filter((name) => name === label).length);
      });
    });

    test('the overall area is the mean over classes', () => {
      const known = c.auroc.filter((area) => area !== null);
      const mean = known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
      close.meanAuroc(evaluation.auroc!.value, mean);
    });

    test('temperature equals that of SciPy to 1e-9', () => {
      const truth = c.truth.map((name) => c.labels.indexOf(name));
      close.temperature(fitTemperature(c.logits, truth), c.temperature);
    });
  },
);

test.each(reference.wilson)('Wilson of $successes/$n at $confidence equals statsmodels to 1e-12', (w) => {
  const ours = wilson(w.successes, w.n, w.confidence);
  expect(ours.value).toBe(w.successes / w.n);
  close.wilson(ours.low, w.low);
  close.wilson(ours.high, w.high);
});

test.each(reference.quantiles.normal)('normal quantile of $p equals SciPy to 1e-13', ({ p, value }) => {
  close.normal(normalQuantile(p), value);
});

test.each(reference.quantiles.student)(
  't quantile of $p with $degrees degrees equals SciPy to 1e-10',
  ({ p, degrees, value }) => {
    close.student(studentQuantile(p, degrees), value);
  },
);

test.each(reference.means)('t interval equals SciPy to 1e-11, %#', ({ values, value, low, high }) => {
  const ours = meanWithInterval(values);
  close.mean(ours.value, value);
  close.mean(ours.low, low);
  close.mean(ours.high, high);
});

test.each(reference.areas)(
  "Newcombe's interval of an area of $area, $m and $n, equals the roots of his quartic by NumPy to 1e-9",
  ({ area, m, n, low, high }) => {
    const ours = newcombeInterval(area, zOf(0.95), m, n);
    close.newcombe(ours.low, low);
    close.newcombe(ours.high, high);
  },
);
