import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { auroc } from '../../lib/evaluation/auroc';
import { classificationReport } from '../../lib/evaluation/classification-report';
import { confusionMatrix } from '../../lib/evaluation/confusion-matrix';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { meanWithInterval } from '../../lib/evaluation/mean-with-interval';
import { brierScore, logLoss } from '../../lib/evaluation/scores';
import { fitTemperature } from '../../lib/evaluation/temperature';
import { wilson } from '../../lib/evaluation/wilson';

const labels = ['covid', 'normal'];

test.each<[string, () => unknown, RegExp]>([
  ['no pictures', () => confusionMatrix([], [], labels), /truth is empty/],
  ['no pictures', () => evaluatePredictions([], [], labels), /truth is empty/],
  [
    'no pictures',
    () =>
      evaluateConfusion(
        [
          [0, 0],
          [0, 0],
        ],
        labels,
      ),
    /no pictures/,
  ],
  [
    'lengths',
    () => confusionMatrix(['covid'], ['covid', 'normal'], labels),
    /predicted has 2 items and truth has 1/,
  ],
  ['lengths', () => evaluatePredictions(['covid'], [], labels), /probabilities has 0 items and truth has 1/],
  ['lengths', () => auroc([1], [true, false]), /scores has 1 items and positives has 2/],
  ['lengths', () => logLoss([0, 1], [[1, 0]]), /probabilities has 1 items/],
  ['lengths', () => fitTemperature([[1, 0]], [0, 1]), /logits has 1 items/],
  ['unknown label', () => confusionMatrix(['flu'], ['covid'], labels), /truth\[0\] is "flu".*covid, normal/],
  ['unknown label', () => confusionMatrix(['covid'], ['flu'], labels), /predicted\[0\] is "flu"/],
  ['unknown label', () => evaluatePredictions(['flu'], [[1, 0]], labels), /truth\[0\] is "flu"/],
  ['one class', () => confusionMatrix(['a'], ['a'], ['a']), /two or more classes/],
  ['a class twice', () => confusionMatrix(['a'], ['a'], ['a', 'a']), /"a" twice/],
  ['no square', () => evaluateConfusion([[1, 2]], labels), /2 rows of 2 counts/],
  [
    'no count',
    () =>
      evaluateConfusion(
        [
          [1, 2],
          [-1, 0],
        ],
        labels,
      ),
    /confusion\[1\]\[0\] is -1/,
  ],
  ['row width', () => evaluatePredictions(['covid'], [[1]], labels), /probabilities\[0\] has 1 items/],
  ['row sum', () => evaluatePredictions(['covid'], [[0.2, 0.2]], labels), /probabilities\[0\] sums to 0.4/],
  ['NaN', () => evaluatePredictions(['covid'], [[Number.NaN, 1]], labels), /probabilities\[0\] has NaN/],
  ['NaN', () => auroc([Number.NaN, 1], [true, false]), /scores\[0\] is NaN/],
  ['NaN', () => meanWithInterval([1, Number.NaN]), /values\[1\] is NaN/],
  ['infinite', () => fitTemperature([[Number.POSITIVE_INFINITY, 0]], [0]), /logits\[0\]/],
  ['one run', () => meanWithInterval([1]), /two or more/],
  ['no trials', () => wilson(0, 0), /n is 0/],
  ['more successes than trials', () => wilson(3, 2), /successes is 3.*0 to 2/],
  ['confidence', () => wilson(1, 2, 95), /confidence is 95/],
  ['index', () => brierScore([2], [[1, 0]]), /truthIndex is 2/],
])('%s: %s', (_, work, message) => {
  expect(work).toThrow(InputError);
  expect(work).toThrow(message);
});

test("a class never predicted has nulls for its precision: the article's ResNet50", () => {
  const evaluation = evaluateConfusion(
    [
      [13, 0],
      [14, 0],
    ],
    labels,
  );
  expect(evaluation.accuracy.value).toBeCloseTo(13 / 27, 12);
  expect(evaluation.perClass.normal!.precision).toEqual({ value: null, low: null, high: null });
  expect(evaluation.perClass.normal!.f1.value).toBe(0);
  expect(evaluation.auroc).toBeUndefined();
  const report = classificationReport(evaluation);
  expect(report.map((row) => row.class)).toEqual(labels);
  expect(report[0]).toMatchObject({
    support: 13,
    sensitivity: { value: 1 },
    specificity: { value: 0, low: 0 },
  });
});

test('equal probabilities go to the first class, as numpy.argmax has it', () => {
  expect(evaluatePredictions(['normal'], [[0.5, 0.5]], labels).confusion).toEqual([
    [0, 0],
    [1, 0],
  ]);
});
