import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { auroc } from '../../lib/evaluation/auroc';
import { averagePrecision } from '../../lib/evaluation/average-precision';
import { binaryBrier } from '../../lib/evaluation/brier';
import { calibrationCurve } from '../../lib/evaluation/calibration-curve';
import { calibrationError } from '../../lib/evaluation/calibration-error';
import { classificationReport } from '../../lib/evaluation/classification-report';
import { clusteredBootstrap } from '../../lib/evaluation/clustered-bootstrap';
import { confusionMatrix } from '../../lib/evaluation/confusion-matrix';
import { compareAurocs, delongAuroc } from '../../lib/evaluation/delong';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { mcnemar } from '../../lib/evaluation/mcnemar';
import { meanWithInterval } from '../../lib/evaluation/mean-with-interval';
import { chooseThreshold, operatingPoint } from '../../lib/evaluation/operating-point';
import { permutationScores } from '../../lib/evaluation/permutation-scores';
import { precisionRecallCurve } from '../../lib/evaluation/precision-recall-curve';
import { rocCurve } from '../../lib/evaluation/roc-curve';
import { oneVsRest } from '../../lib/evaluation/scored-pictures';
import { brierScore, logLoss } from '../../lib/evaluation/scores';
import { fitTemperature } from '../../lib/evaluation/temperature';
import { wilson } from '../../lib/evaluation/wilson';

const labels = ['covid', 'normal'];
const random = seededRandom(1);
const both = [true, false];

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
  ['outcomes as numbers', () => auroc([0.2, 0.8], [0, 1] as never), /positives\[0\] is 0.*true or false/],
  [
    'outcomes as names',
    () => calibrationCurve([0.2, 0.8], [true, 'covid'] as never),
    /positives\[1\] is "covid".*true or false/,
  ],
  ['another rule', () => chooseThreshold([0.2, 0.8], both, 'best' as never), /rule is "best".*youden/],
  ['a threshold that is none', () => operatingPoint([0.2, 0.8], both, Number.NaN), /threshold is NaN/],
  [
    'no threshold',
    () => operatingPoint([0.2, 0.8], both, undefined as never),
    /threshold is undefined.*null/,
  ],
  [
    'scores as texts',
    () => auroc(['0.2', '0.8'] as never, both),
    /scores\[0\] is "0\.2"; it must be a number/,
  ],
  [
    'no random',
    () => averagePrecision([0.2, 0.8], both, {} as never),
    /random is undefined; give seededRandom/,
  ],
  ['right as numbers', () => mcnemar([true], [1] as never), /second\[0\] is 1.*true or false/],
  ['an empty rule', () => chooseThreshold([0.2, 0.8], both, {} as never), /rule is {}.*sensitivity: 0\.9/],
  ['no rule', () => chooseThreshold([0.2, 0.8], both, null as never), /rule is null/],
  ['NaN', () => meanWithInterval([1, Number.NaN]), /values\[1\] is NaN/],
  ['infinite', () => fitTemperature([[Number.POSITIVE_INFINITY, 0]], [0]), /logits\[0\]/],
  ['one run', () => meanWithInterval([1]), /two or more/],
  ['no trials', () => wilson(0, 0), /n is 0/],
  ['more successes than trials', () => wilson(3, 2), /successes is 3.*0 to 2/],
  ['confidence', () => wilson(1, 2, 95), /confidence is 95/],
  ['index', () => brierScore([2], [[1, 0]]), /truthIndex is 2/],
  ['lengths', () => rocCurve([1], both), /scores has 1 items and positives has 2/],
  ['one kind', () => rocCurve([1, 2], [true, true]), /2 positive and 0 negative/],
  ['no positive', () => precisionRecallCurve([1], [false]), /no positive picture/],
  ['lengths', () => averagePrecision([1], both, { random }), /scores has 1 items/],
  ['patients', () => averagePrecision([1, 2], both, { random, patients: ['a'] }), /patients has 1 items/],
  ['replicates', () => averagePrecision([1, 2], both, { random, replicates: 5 }), /replicates is 5/],
  ['confidence', () => clusteredBootstrap(['a'], () => 1, { random, confidence: 95 }), /confidence is 95/],
  ['no groups', () => clusteredBootstrap([], () => 1, { random }), /groups is empty/],
  ['no probabilities', () => calibrationCurve([], []), /probabilities is empty/],
  ['no probability', () => calibrationCurve([1, 1.5], both), /probabilities\[1\] is 1\.5/],
  ['lengths', () => binaryBrier([1], both, { random }), /probabilities has 1 items/],
  ['bins', () => calibrationError([1, 0], both, { random, bins: 1 }), /bins is 1/],
  [
    'strategy',
    () => calibrationCurve([1, 0], both, { strategy: 'equal' as never }),
    /strategy is "equal".*uniform, quantile/,
  ],
  [
    'one patient of a kind',
    () => delongAuroc([1, 2, 3], [true, true, false], { patients: ['a', 'a', 'b'] }),
    /1 positive and 1 negative patients/,
  ],
  [
    'NaN',
    () => compareAurocs([1, 2, 3, 4], [1, 2, Number.NaN, 4], [true, true, false, false]),
    /scores\[2\] is NaN/,
  ],
  ['one kind', () => chooseThreshold([1, 2], [true, true]), /2 positive and 0 negative/],
  ['a share', () => chooseThreshold([1, 2], both, { sensitivity: 95 }), /sensitivity is 95/],
  ['a share', () => chooseThreshold([1, 2], both, { specificity: -1 }), /specificity is -1/],
  ['lengths', () => operatingPoint([1], both, 0.5), /scores has 1 items/],
  ['lengths', () => mcnemar([true], both), /first has 1 items and second has 2/],
  ['no pictures', () => mcnemar([], []), /first is empty/],
  [
    'a class',
    () => oneVsRest({ labels, truth: [], probabilities: [], patients: [] }, 'flu'),
    /label is "flu".*covid, normal/,
  ],
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

test.each<[string, object, RegExp]>([
  ['permutations', { permutations: 0 }, /permutations is 0/],
  ['no labels', { labels: [] }, /labels is empty/],
  ['patients', { patients: ['a'] }, /labels has 2 items and patients has 1/],
  ['a score', { score: () => Number.NaN }, /score is NaN/],
])('permutation test, %s', async (_, wrong, message) => {
  const right = { labels: [0, 1], patients: ['a', 'b'], score: () => 1, permutations: 9, random };
  const work = permutationScores({ ...right, ...wrong });
  await expect(work).rejects.toThrow(InputError);
  await expect(work).rejects.toThrow(message);
});
