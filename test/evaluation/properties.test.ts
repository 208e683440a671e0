import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { auroc } from '../../lib/evaluation/auroc';
import { clusteredShare } from '../../lib/evaluation/clustered-bootstrap';
import { crossEntropy } from '../../lib/evaluation/cross-entropy';
import { delongAuroc } from '../../lib/evaluation/delong';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import type { PossibleFigure } from '../../lib/evaluation/figure';
import { meanWithInterval } from '../../lib/evaluation/mean-with-interval';
import { normalQuantile } from '../../lib/evaluation/normal-quantile';
import { softmax } from '../../lib/evaluation/probabilities';
import { logLoss } from '../../lib/evaluation/scores';
import { fitTemperature } from '../../lib/evaluation/temperature';
import { weightedMean } from '../../lib/evaluation/weighted';
import { wilson } from '../../lib/evaluation/wilson';

const ordered = ({ value, low, high }: PossibleFigure) => {
  if (value === null) expect([low, high]).toEqual([null, null]);
  else expect(0 <= low && low <= value + 1e-12 && value <= high + 1e-12 && high <= 1).toBe(true);
};
const trials = fc
  .integer({ min: 1, max: 5000 })
  .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
const matrix = fc
  .integer({ min: 2, max: 5 })
  .chain((k) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: k, maxLength: k }), {
      minLength: k,
      maxLength: k,
    }),
  )
  .filter((rows) => rows.flat().some((n) => n > 0));
const names = (k: number) => Array.from({ length: k }, (_, i) => `class ${i}`);
const predictions = fc.integer({ min: 2, max: 4 }).chain((k) =>
  fc.array(
    fc.record({
      truth: fc.integer({ min: 0, max: k - 1 }),
      logits: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: k, maxLength: k }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
);

test('a Wilson interval holds its value, mirrors, and narrows with more trials', () => {
  fc.assert(
    fc.property(trials, ([successes, n]) => {
      const figure = wilson(successes, n);
      ordered(figure);
      const mirrored = wilson(n - successes, n);
      expect(figure.low).toBeCloseTo(1 - mirrored.high, 12);
      const more = wilson(successes * 4, n * 4);
      expect(more.high - more.low).toBeLessThan(figure.high - figure.low);
      expect(wilson(successes, n, 0.99).low).toBeLessThanOrEqual(figure.low);
    }),
  );
});

test('figures of any matrix lie in their intervals, and JSON keeps them', () => {
  fc.assert(
    fc.property(matrix, (rows) => {
      const evaluation = evaluateConfusion(rows, names(rows.length));
      ordered(evaluation.accuracy);
      for (const figures of Object.values(evaluation.perClass)) {
        for (const name of ['sensitivity', 'specificity', 'precision', 'f1'] as const) ordered(figures[name]);
        const { precision, recall, f1 } = figures;
        if (precision.value && recall.value)
          expect(f1.value).toBeCloseTo(
            (2 * precision.value * recall.value) / (precision.value + recall.value),
            12,
          );
      }
      expect(Object.values(evaluation.perClass).reduce((sum, { support }) => sum + support, 0)).toBe(
        evaluation.count,
      );
      expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
    }),
  );
});

test('the order of pictures does not matter', () => {
  fc.assert(
    fc.property(predictions, (rows) => {
      const labels = names(rows[0]!.logits.length);
      const evaluate = (order: typeof rows) =>
        evaluatePredictions(
          order.map(({ truth }) => labels[truth]!),
          order.map(({ logits }) => softmax(logits)),
          labels,
          { replicates: 100 },
        );
      const forward = evaluate(rows);
      const backward = evaluate([...rows].reverse());
      expect(backward.confusion).toEqual(forward.confusion);
      expect(backward.auroc!.value ?? -1).toBeCloseTo(forward.auroc!.value ?? -1, 12);
      expect(backward.logLoss).toBeCloseTo(forward.logLoss!, 12);
      expect(backward.auprc!.value).toBeCloseTo(forward.auprc!.value!, 12);
      expect(backward.calibration!.ece.value).toBeCloseTo(forward.calibration!.ece.value, 12);
    }),
  );
});

const scored = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.boolean()), {
  minLength: 2,
  maxLength: 60,
});

test('the area is the share of pairs in order, ties counting half', () => {
  fc.assert(
    fc.property(scored, (pairs) => {
      const scores = pairs.map(([score]) => score);
      const positives = pairs.map(([, positive]) => positive);
      const area = auroc(scores, positives);
      ordered(area);
      const above = scores.filter((_, i) => positives[i]);
      const below = scores.filter((_, i) => !positives[i]);
      if (!above.length || !below.length) {
        expect(area.value).toBeNull();
        return;
      }
      const wins = above.flatMap((a) => below.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
      expect(area.value).toBeCloseTo(wins.reduce<number>((a, b) => a + b, 0) / wins.length, 12);
      const flipped = auroc(
        scores.map((score) => -score),
        positives,
      );
      expect(flipped.value).toBeCloseTo(1 - area.value!, 12);
      expect(flipped.low).toBeCloseTo(1 - area.high!, 9);
      const stretched = auroc(
        scores.map((score) => Math.exp(score)),
        positives,
      );
      expect(stretched).toEqual(area);
    }),
  );
});

test('an area of 1 keeps an honest interval: that of as many pictures as there are patients', () => {
  const scores = [1, 2, 3, 4, 5, 6];
  const positives = [false, false, false, true, true, true];
  const { low, high } = auroc(scores, positives);
  expect(high).toBe(1);
  expect(low).toBeLessThan(0.9);
  expect(delongAuroc(scores, positives)).toMatchObject({ low: 1, high: 1 });
  const patients = ['a', 'a', 'b', 'c', 'd', 'd'];
  expect(auroc(scores, positives, { patients })).toEqual(auroc([1, 2, 3, 4], [false, false, true, true]));
  // One positive patient leaves nothing to take DeLong's variance from.
  const lone = auroc([1, 2, 3, 2.5], [false, false, false, true]);
  expect(lone.low).toBeLessThan(lone.value!);
});

test('patients named one by one change nothing; several pictures of each widen the interval', () => {
  const random = seededRandom('areas');
  const draw = (count: number, shift: number) => Array.from({ length: count }, () => random.normal() + shift);
  const scores = [...draw(20, 1), ...draw(25, 0)];
  const positives = scores.map((_, i) => i < 20);
  const named = auroc(scores, positives, { patients: scores.map((_, i) => `${i}`) });
  expect(named).toEqual(auroc(scores, positives));
  const exact = delongAuroc(scores, positives);
  expect(named.value).toBeCloseTo(exact.value, 12);
  // Each picture three times is no more to know.
  const thrice = <T>(values: readonly T[]): T[] => values.flatMap((value) => [value, value, value]);
  const patients = thrice(scores.map((_, i) => `${i}`));
  const repeated = auroc(thrice(scores), thrice(positives), { patients });
  expect(repeated.low).toBeCloseTo(named.low!, 9);
  expect(repeated.high).toBeCloseTo(named.high!, 9);
  const naive = auroc(thrice(scores), thrice(positives));
  expect(naive.high! - naive.low!).toBeLessThan(0.65 * (named.high! - named.low!));
});

test("an area's interval covers the truth in 92 to 98 of 100 samples near 1, DeLong's symmetric one in fewer than 91", () => {
  const random = seededRandom('coverage');
  const truth = 0.95;
  // Of two normal distributions so far apart, √2 times the quantile of the area, it is the area.
  const shift = Math.SQRT2 * normalQuantile(truth);
  const samples = 1000;
  const covers = { logit: 0, symmetric: 0 };
  for (let sample = 0; sample < samples; sample++) {
    const positives = Array.from({ length: 40 }, (_, i) => i < 14);
    const scores = positives.map((positive) => random.normal() + (positive ? shift : 0));
    const shown = auroc(scores, positives);
    const symmetric = delongAuroc(scores, positives);
    if (shown.low! <= truth && truth <= shown.high!) covers.logit++;
    if (symmetric.low <= truth && truth <= symmetric.high) covers.symmetric++;
  }
  expect(covers.logit / samples).toBeGreaterThan(0.92);
  expect(covers.logit / samples).toBeLessThan(0.98);
  expect(covers.symmetric / samples).toBeLessThan(0.91);
});

test('a log loss has an interval around it that keeps patients together', () => {
  fc.assert(
    fc.property(predictions, (rows) => {
      const truth = rows.map((row) => row.truth);
      const probabilities = rows.map(({ logits }) => softmax(logits));
      const options = () => ({ random: seededRandom(1), replicates: 100 });
      const figure = crossEntropy(truth, probabilities, options());
      expect(figure.value).toBeCloseTo(logLoss(truth, probabilities), 12);
      expect(figure.low).toBeLessThanOrEqual(figure.high!);
      // All pictures of one person: no resample differs.
      const patients = rows.map(() => 'one');
      const one = crossEntropy(truth, probabilities, { ...options(), patients });
      expect(one.high! - one.low!).toBeLessThan(1e-12);
    }),
  );
});

test('temperature undoes a scaling of the logits', () => {
  fc.assert(
    fc.property(predictions, fc.double({ min: 0.5, max: 2, noNaN: true }), (rows, scale) => {
      const truth = rows.map((row) => row.truth);
      const logits = rows.map((row) => row.logits);
      const once = fitTemperature(logits, truth);
      fc.pre(once > 0.2 && once < 8);
      const scaled = fitTemperature(
        logits.map((row) => row.map((z) => z * scale)),
        truth,
      );
      expect(scaled / (once * scale)).toBeCloseTo(1, 6);
    }),
  );
});

test('Wilson covers the truth in about 95 of 100 draws', () => {
  // Exact coverage over all outcomes of a binomial, no random numbers: n = 30, p = 0.8.
  const n = 30;
  const p = 0.8;
  let probability = (1 - p) ** n;
  let covered = 0;
  for (let k = 0; k <= n; k++) {
    const { low, high } = wilson(k, n);
    if (low <= p && p <= high) covered += probability;
    probability *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  expect(covered).toBeGreaterThan(0.93);
  expect(covered).toBeLessThan(0.98);
});

test('the correction for shared training pictures widens the interval', () => {
  const values = [0.9, 0.95, 1, 0.93, 0.97];
  const plain = meanWithInterval(values);
  const corrected = meanWithInterval(values, { testToTrain: 0.25 });
  expect((corrected.high - corrected.low) / (plain.high - plain.low)).toBeCloseTo(
    Math.sqrt((0.2 + 0.25) / 0.2),
    12,
  );
});

test('a share that varies four times as much as its resamples has the interval of a quarter of the pictures', () => {
  const groups = Array.from({ length: 60 }, (_, i) => `${i}`);
  const right = weightedMean(groups.map((_, i) => (i % 5 ? 1 : 0)));
  const share = (variation?: number) =>
    clusteredShare(groups, right, 60, { random: seededRandom(1), variation });
  const [plain, wide] = [share(), share(4)];
  expect(plain.value).toBe(0.8);
  expect(wide.value).toBe(0.8);
  const ratio = (wide.high! - wide.low!) / (plain.high! - plain.low!);
  expect(ratio).toBeGreaterThan(1.8);
  expect(ratio).toBeLessThan(2);
  // Where no resample differs, as many pictures as were named count, a quarter of them here.
  const all = clusteredShare(groups, weightedMean(groups.map(() => 1)), 60, {
    random: seededRandom(1),
    variation: 4,
  });
  expect(all).toEqual(wilson(15, 15));
  expect(() => share(0)).toThrow('variation is 0');
});
