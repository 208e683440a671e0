import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { precisionArea, rocArea } from '../../lib/evaluation/areas';
import { auroc } from '../../lib/evaluation/auroc';
import { averagePrecision } from '../../lib/evaluation/average-precision';
import { calibrationCurve } from '../../lib/evaluation/calibration-curve';
import { calibrationError } from '../../lib/evaluation/calibration-error';
import { clusteredBootstrap, resampleGroups } from '../../lib/evaluation/clustered-bootstrap';
import { compareAurocs, delongAuroc } from '../../lib/evaluation/delong';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import type { PossibleFigure } from '../../lib/evaluation/figure';
import { mcnemar } from '../../lib/evaluation/mcnemar';
import { chooseThreshold } from '../../lib/evaluation/operating-point';
import { permutationScores, permuteLabels } from '../../lib/evaluation/permutation-scores';
import { precisionRecallCurve } from '../../lib/evaluation/precision-recall-curve';
import { rocCurve } from '../../lib/evaluation/roc-curve';
import { oneVsRest } from '../../lib/evaluation/scored-pictures';
import { thresholdTable } from '../../lib/evaluation/threshold-table';
import { equalWeights, weightedMean } from '../../lib/evaluation/weighted';

const ordered = ({ value, low, high }: PossibleFigure, most = 1) => {
  expect(value).not.toBeNull();
  expect(0 <= low! && low! <= value! + 1e-12 && value! <= high! + 1e-12 && high! <= most).toBe(true);
};

/** Pictures of both kinds, two or more of each, with many equal scores. */
const scored = fc
  .array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.boolean()), {
    minLength: 4,
    maxLength: 50,
  })
  .filter((rows) => {
    const m = rows.filter(([, , positive]) => positive).length;
    return m >= 2 && rows.length - m >= 2;
  })
  .map((rows) => ({
    scores: rows.map(([score]) => score),
    others: rows.map(([, other]) => other),
    positives: rows.map(([, , positive]) => positive),
  }));

describe('curves', () => {
  test('keep their form under any rising function of the scores', () => {
    fc.assert(
      fc.property(scored, ({ scores, positives }) => {
        const stretched = scores.map((score) => Math.exp(score / 3));
        const shape = (values: readonly number[]) => [
          rocCurve(values, positives).map(({ threshold, ...point }) => point),
          precisionRecallCurve(values, positives).map(({ threshold, ...point }) => point),
          delongAuroc(values, positives),
          thresholdTable(values, positives).map(({ threshold, ...row }) => row),
        ];
        expect(shape(stretched)).toEqual(shape(scores));
      }),
    );
  });

  test('the ROC curve rises from (0, 0) to (1, 1) and encloses the area; mirrored it is one of the negatives', () => {
    fc.assert(
      fc.property(scored, ({ scores, positives }) => {
        const curve = rocCurve(scores, positives);
        expect(curve[0]).toEqual({ threshold: null, falsePositiveRate: 0, sensitivity: 0 });
        expect(curve.at(-1)).toMatchObject({ falsePositiveRate: 1, sensitivity: 1 });
        let area = 0;
        curve.slice(1).forEach((point, i) => {
          const before = curve[i]!;
          expect(point.falsePositiveRate).toBeGreaterThanOrEqual(before.falsePositiveRate);
          expect(point.sensitivity).toBeGreaterThanOrEqual(before.sensitivity);
          area +=
            ((point.falsePositiveRate - before.falsePositiveRate) *
              (point.sensitivity + before.sensitivity)) /
            2;
        });
        expect(area).toBeCloseTo(auroc(scores, positives).value!, 12);
        const mirrored = rocCurve(
          scores.map((score) => -score),
          positives.map((positive) => !positive),
        );
        expect(mirrored.map((point) => point.sensitivity)).toEqual(
          curve
            .map((point) => 1 - point.falsePositiveRate)
            .reverse()
            .map((x) => expect.closeTo(x, 12)),
        );
      }),
    );
  });

  test('average precision lies between the share of positives put last and 1, and is 1 for a perfect order', () => {
    fc.assert(
      fc.property(scored, ({ scores, positives }) => {
        const options = { random: seededRandom(1), replicates: 100 };
        ordered(averagePrecision(scores, positives, options));
        const perfect = averagePrecision(positives.map(Number), positives, options);
        expect(perfect).toMatchObject({ value: 1, high: 1 });
        expect(perfect.low!).toBeLessThan(1);
      }),
      { numRuns: 30 },
    );
  });

  test('weights count pictures: a picture of weight 2 is that picture twice', () => {
    fc.assert(
      fc.property(
        scored,
        fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
        ({ scores, positives }, stream) => {
          const weights = scores.map(() => stream.next().value as number);
          const repeat = <T>(values: readonly T[]) => values.flatMap((v, i) => Array<T>(weights[i]!).fill(v));
          for (const area of [rocArea, precisionArea]) {
            const long = area(repeat(scores), repeat(positives));
            const expected = long(equalWeights(repeat(scores).length));
            const ours = area(scores, positives)(weights);
            if (expected === null) expect(ours).toBeNull();
            else expect(ours).toBeCloseTo(expected, 12);
          }
        },
      ),
    );
  });
});

describe('thresholds', () => {
  test('reach what was asked for, and no occurring threshold does better', () => {
    fc.assert(
      fc.property(scored, fc.double({ min: 0, max: 1, noNaN: true }), ({ scores, positives }, level) => {
        const curve = rocCurve(scores, positives);
        const atSensitivity = chooseThreshold(scores, positives, { sensitivity: level });
        expect(atSensitivity.sensitivity.value!).toBeGreaterThanOrEqual(level - 1e-9);
        const atSpecificity = chooseThreshold(scores, positives, { specificity: level });
        expect(atSpecificity.specificity.value!).toBeGreaterThanOrEqual(level - 1e-9);
        const youden = chooseThreshold(scores, positives);
        for (const { sensitivity, falsePositiveRate } of curve) {
          if (sensitivity >= level)
            expect(1 - falsePositiveRate).toBeLessThanOrEqual(atSensitivity.specificity.value! + 1e-12);
          if (1 - falsePositiveRate >= level)
            expect(sensitivity).toBeLessThanOrEqual(atSpecificity.sensitivity.value! + 1e-12);
          expect(sensitivity - falsePositiveRate).toBeLessThanOrEqual(
            youden.sensitivity.value! + youden.specificity.value! - 1 + 1e-12,
          );
        }
      }),
    );
  });
});

describe('DeLong', () => {
  test('swapping the models turns the difference round; a model does not differ from itself', () => {
    fc.assert(
      fc.property(scored, ({ scores, others, positives }) => {
        const forward = compareAurocs(scores, others, positives);
        const backward = compareAurocs(others, scores, positives);
        expect(backward.difference.value).toBeCloseTo(-forward.difference.value, 12);
        expect(backward.difference.low).toBeCloseTo(-forward.difference.high, 12);
        if (forward.p !== null) expect(backward.p).toBeCloseTo(forward.p, 9);
        const same = compareAurocs(scores, scores, positives);
        expect(same).toEqual({ difference: { value: 0, low: 0, high: 0 }, z: null, p: 1 });
        expect(JSON.parse(JSON.stringify(forward))).toEqual(forward);
      }),
    );
  });

  test('pictures shown several times widen nothing and narrow nothing, if their patients are given', () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 2, max: 4 }), ({ scores, positives }, times) => {
        const repeat = <T>(values: readonly T[]) => values.flatMap((value) => Array<T>(times).fill(value));
        const patients = repeat(scores.map((_, i) => `patient ${i}`));
        const once = delongAuroc(scores, positives);
        const again = delongAuroc(repeat(scores), repeat(positives), { patients });
        expect(again.standardError).toBeCloseTo(once.standardError, 12);
        const blind = delongAuroc(repeat(scores), repeat(positives));
        if (once.standardError > 1e-6) expect(blind.standardError).toBeLessThan(once.standardError);
      }),
    );
  });

  test('the interval covers the true area, and the test errs, as often as they say', () => {
    const random = seededRandom('delong');
    // Two normal distributions one standard deviation of the difference apart: area Φ(1/√2 · √2) = Φ(1).
    const area = 0.8413447460685429;
    let covered = 0;
    let rejected = 0;
    const samples = 400;
    for (let s = 0; s < samples; s++) {
      const positives = Array.from({ length: 80 }, (_, i) => i % 2 === 0);
      const draw = () => positives.map((positive) => random.normal() + (positive ? Math.SQRT2 : 0));
      const [first, second] = [draw(), draw()];
      const { low, high } = delongAuroc(first, positives);
      if (low <= area && area <= high) covered++;
      if (compareAurocs(first, second, positives).p! < 0.05) rejected++;
    }
    expect(covered / samples).toBeGreaterThan(0.91);
    expect(covered / samples).toBeLessThan(0.98);
    expect(rejected / samples).toBeGreaterThan(0.02);
    expect(rejected / samples).toBeLessThan(0.08);
  });
});

/** Patients with up to three pictures that resemble each other, both kinds among them. */
function patientsWithPictures(seed: string, count: number) {
  const random = seededRandom(seed);
  const rows = Array.from({ length: count }, (_, k) => {
    const positive = k % 2 === 0;
    const level = random.normal() + (positive ? 1.2 : 0);
    return Array.from({ length: 1 + random.integer(3) }, () => ({
      patient: `patient ${k}`,
      positive,
      score: level + 0.1 * random.normal(),
    }));
  }).flat();
  return {
    patients: rows.map(({ patient }) => patient),
    positives: rows.map(({ positive }) => positive),
    scores: rows.map(({ score }) => score),
  };
}

describe('the bootstrap of patients', () => {
  test('follows from the seed, holds its figure, and is wider than one that counts pictures as independent', () => {
    const { patients, positives, scores } = patientsWithPictures('bootstrap', 40);
    const with0 = (groups: readonly string[], seed: number) =>
      clusteredBootstrap(groups, rocArea(scores, positives), { random: seededRandom(seed) });
    const [once, again, other] = [with0(patients, 1), with0(patients, 1), with0(patients, 2)];
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    ordered(once);
    const blind = with0(
      scores.map((_, i) => `${i}`),
      1,
    );
    expect(once.high! - once.low!).toBeGreaterThan(1.2 * (blind.high! - blind.low!));
  });

  test('varies as much as Obuchowski 1997 has it analytically', () => {
    const { patients, positives, scores } = patientsWithPictures('obuchowski', 80);
    const drawn = resampleGroups(patients, rocArea(scores, positives), {
      random: seededRandom(1),
      replicates: 2000,
    });
    const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length;
    const deviation = Math.sqrt(drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (drawn.length - 1));
    const { standardError } = delongAuroc(scores, positives, { patients });
    expect(deviation / standardError).toBeGreaterThan(0.9);
    expect(deviation / standardError).toBeLessThan(1.1);
    expect(standardError / delongAuroc(scores, positives).standardError).toBeGreaterThan(1.2);
  });

  test('of a mean of independent numbers is the interval of Student, nearly', () => {
    const random = seededRandom('mean');
    const values = Array.from({ length: 200 }, () => random.normal());
    const { value, low, high } = clusteredBootstrap(
      values.map((_, i) => `${i}`),
      weightedMean(values),
      { random, replicates: 4000 },
    );
    const mean = values.reduce((a, b) => a + b, 0) / 200;
    const error = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / 199 / 200);
    expect(value).toBeCloseTo(mean, 12);
    expect(Math.abs(low! - (mean - 1.972 * error))).toBeLessThan(0.15 * error);
    expect(Math.abs(high! - (mean + 1.972 * error))).toBeLessThan(0.15 * error);
  });

  test('an undefined figure has no interval; resamples without a positive picture are left out', () => {
    const random = seededRandom(3);
    const none = clusteredBootstrap(['a', 'b'], () => null, { random });
    expect(none).toEqual({ value: null, low: null, high: null });
    const rare = averagePrecision([3, 2, 1, 0], [false, true, false, false], { random });
    expect(rare.value).toBe(0.5);
    ordered(rare);
  });

  // 27 pictures: the size of the article's test set. A plain percentile bootstrap covers 0.74 there.
  test('average precision near 1: the interval covers the truth in a test set as small as the article’s', () => {
    const random = seededRandom('average precision');
    const draw = (count: number) => {
      const positives = Array.from({ length: count }, (_, i) => i % 2 === 0);
      return { positives, scores: positives.map((positive) => random.normal() + (positive ? 3 : 0)) };
    };
    const many = draw(200_000);
    const truth = precisionArea(many.scores, many.positives)(equalWeights(200_000))!;
    const samples = 300;
    let covered = 0;
    for (let s = 0; s < samples; s++) {
      const { scores, positives } = draw(27);
      const { low, high } = averagePrecision(scores, positives, { random, replicates: 200 });
      if (low! <= truth && truth <= high!) covered++;
    }
    expect(truth).toBeGreaterThan(0.97);
    expect(covered / samples).toBeGreaterThan(0.9);
    expect(covered / samples).toBeLessThan(0.99);
  });
});

describe('calibration', () => {
  test('bins hold every picture once, in order; shares lie in their intervals', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 2, max: 15 }),
        fc.constantFrom('uniform' as const, 'quantile' as const),
        (rows, bins, strategy) => {
          const probabilities = rows.map(([p]) => p);
          const positives = rows.map(([, positive]) => positive);
          const curve = calibrationCurve(probabilities, positives, { bins, strategy });
          expect(curve.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
          for (const { low, high, meanProbability, share } of curve) {
            expect(low - 1e-12 <= meanProbability && meanProbability <= high + 1e-12).toBe(true);
            ordered(share);
          }
          const options = { bins, strategy, random: seededRandom(1), replicates: 100 };
          const error = calibrationError(probabilities, positives, options);
          ordered(error, 1 + 1e-9);
          const turned = calibrationError(
            probabilities.map((p) => 1 - p),
            positives.map((positive) => !positive),
            { ...options, bins: 2 },
          );
          if (bins === 2 && strategy === 'uniform' && !probabilities.includes(0.5))
            expect(turned.value).toBeCloseTo(error.value, 9);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('calibrated probabilities: the interval reaches 0 and the figure is what chance shows; skewed ones: neither', () => {
    const random = seededRandom('calibration');
    const samples = 100;
    let reaching = 0;
    let figures = 0;
    let chance = 0;
    for (let s = 0; s < samples; s++) {
      const probabilities = Array.from({ length: 100 }, () => random.uniform());
      const { value, low, byChance } = calibrationError(
        probabilities,
        probabilities.map((p) => random.uniform() < p),
        { random, replicates: 200 },
      );
      if (low === 0) reaching++;
      figures += value;
      chance += byChance;
    }
    expect(reaching / samples).toBeGreaterThan(0.92);
    expect(figures / chance).toBeGreaterThan(0.93);
    expect(figures / chance).toBeLessThan(1.07);

    let covered = 0;
    for (let s = 0; s < samples; s++) {
      // Says 0.9 of what is so in 0.7: the true error is 0.2.
      const outcomes = Array.from({ length: 100 }, () => random.uniform() < 0.7);
      const { low, high } = calibrationError(
        outcomes.map(() => 0.9),
        outcomes,
        { random, replicates: 200 },
      );
      expect(low).toBeGreaterThan(0);
      if (low <= 0.2 && 0.2 <= high) covered++;
    }
    expect(covered / samples).toBeGreaterThan(0.89);
  });
});

describe('McNemar', () => {
  const pairs = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 60 });

  test('is the same the other way round; models that err alike do not differ', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const first = rows.map(([a]) => a);
        const second = rows.map(([, b]) => b);
        const forward = mcnemar(first, second);
        const backward = mcnemar(second, first);
        expect(backward.exactP).toBe(forward.exactP);
        expect(backward.difference.low).toBeCloseTo(-forward.difference.high, 12);
        const { value, low, high } = forward.difference;
        expect(-1 <= low && low <= value + 1e-12 && value <= high + 1e-12 && high <= 1).toBe(true);
        expect(forward.both + forward.onlyFirst + forward.onlySecond + forward.neither).toBe(rows.length);
        const same = mcnemar(first, first);
        expect(same).toMatchObject({ exactP: 1, chiSquare: 0, chiSquareP: 1 });
        expect(same.difference.low).toBeLessThan(0);
        expect(same.difference.high).toBeGreaterThan(0);
      }),
    );
  });

  test('the interval of the difference covers the truth', () => {
    const random = seededRandom('mcnemar');
    const samples = 1000;
    let covered = 0;
    for (let s = 0; s < samples; s++) {
      const draws = Array.from({ length: 40 }, () => random.uniform());
      // Only the first right in 0.2, only the second in 0.05: the difference is 0.15.
      const { low, high } = mcnemar(
        draws.map((u) => u < 0.85),
        draws.map((u) => u < 0.65 || (u >= 0.85 && u < 0.9)),
      ).difference;
      if (low <= 0.15 && 0.15 <= high) covered++;
    }
    expect(covered / samples).toBeGreaterThan(0.93);
    expect(covered / samples).toBeLessThan(0.985);
  });
});

describe('permutation', () => {
  test('labels move between patients as a whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4 })), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.integer(),
        (rows, seed) => {
          const patients = rows.flatMap(([, count], k) => Array<string>(count).fill(`p${k}`));
          const labels = rows.flatMap(([label, count]) => Array<string>(count).fill(label));
          const permuted = permuteLabels(labels, patients, seededRandom(seed));
          const of = (values: readonly string[]) =>
            rows.map((_, k) => [...new Set(values.filter((_, i) => patients[i] === `p${k}`))]);
          expect(of(permuted).every((own) => own.length === 1)).toBe(true);
          expect(of(permuted).flat().sort()).toEqual(of(labels).flat().sort());
        },
      ),
    );
  });

  test('a patient with two labels gives both, in their order', () => {
    const permuted = permuteLabels(['a', 'b', 'c', 'c'], ['p', 'p', 'q', 'q'], {
      ...seededRandom(0),
      shuffle: (items) => [...items].reverse(),
    });
    expect(permuted).toEqual(['c', 'c', 'a', 'b']);
  });

  test('p counts the true labels, is small where they matter and evenly spread where they do not', async () => {
    const random = seededRandom('permutation');
    const test0 = (shift: number) => {
      const labels = Array.from({ length: 20 }, (_, i) => i % 2 === 0);
      const values = labels.map((positive) => random.normal() + (positive ? shift : 0));
      return permutationScores({
        labels,
        patients: labels.map((_, i) => `${i}`),
        score: (given) => rocArea(values, given)(equalWeights(20))!,
        permutations: 99,
        random,
      });
    };
    const clear = await test0(5);
    expect(clear.permuted).toHaveLength(99);
    expect(clear.observed).toBeGreaterThan(0.95);
    expect(clear.p).toBe(0.01);
    let low = 0;
    const samples = 200;
    for (let s = 0; s < samples; s++) if ((await test0(0)).p <= 0.2) low++;
    expect(low / samples).toBeGreaterThan(0.12);
    expect(low / samples).toBeLessThan(0.28);
  });

  test('progress is told, and an interrupt stops it', async () => {
    const interrupt = new AbortController();
    const told: number[] = [];
    const work = permutationScores({
      labels: [0, 1],
      patients: ['a', 'b'],
      score: () => 1,
      permutations: 10,
      random: seededRandom(1),
      signal: interrupt.signal,
      onProgress: ({ done }) => {
        told.push(done);
        if (done === 3) interrupt.abort(new Error('enough'));
      },
    });
    await expect(work).rejects.toThrow('enough');
    expect(told).toEqual([1, 2, 3]);
  });
});

test('an evaluation knows of patients: twice the pictures of the same people are no more evidence', () => {
  const random = seededRandom('evaluation');
  const truth = Array.from({ length: 30 }, (_, i) => ['covid', 'normal', 'pneumonia'][i % 3]!);
  const labels = ['covid', 'normal', 'pneumonia'];
  const probabilities = truth.map((name) => {
    const raw = labels.map((label) => Math.exp(random.normal() + (label === name ? 1.5 : 0)));
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => value / sum);
  });
  const patients = truth.map((_, i) => `patient ${i}`);
  const twice = <T>(values: readonly T[]) => [...values, ...values];
  const once = evaluatePredictions(truth, probabilities, labels, { patients });
  const again = evaluatePredictions(twice(truth), twice(probabilities), labels, {
    patients: twice(patients),
  });
  const near = (a: PossibleFigure, b: PossibleFigure) => {
    for (const bound of ['value', 'low', 'high'] as const) expect(a[bound]).toBeCloseTo(b[bound]!, 9);
  };
  near(again.auprc!, once.auprc!);
  near(again.perClass.covid!.auprc!, once.perClass.covid!.auprc!);
  near(again.calibration!.brier, once.calibration!.brier);
  near(again.calibration!.ece, once.calibration!.ece);
  expect(once.calibration!.brier.value).toBeCloseTo(once.brier!, 12);
  ordered(once.auprc!);
  const known = labels.map((label) => once.perClass[label]!.auprc!.value!);
  expect(once.auprc!.value).toBeCloseTo(known.reduce((a, b) => a + b, 0) / 3, 12);
  expect(evaluatePredictions(truth, probabilities, labels, { patients })).toEqual(once);
  const scoredPictures = { labels, truth, probabilities, patients };
  const { scores, positives } = oneVsRest(scoredPictures, 'normal');
  expect(auroc(scores, positives, { patients })).toEqual(once.perClass.normal!.auroc);
});
