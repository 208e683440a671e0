import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { precisionArea, rocArea } from '../../lib/evaluation/areas';
import { auroc } from '../../lib/evaluation/auroc';
import { averagePrecision } from '../../lib/evaluation/average-precision';
import { binaryBrier, brier } from '../../lib/evaluation/brier';
import { calibrationCurve } from '../../lib/evaluation/calibration-curve';
import { calibrationError } from '../../lib/evaluation/calibration-error';
import { clusteredBootstrap } from '../../lib/evaluation/clustered-bootstrap';
import { compareAurocs, delongAuroc } from '../../lib/evaluation/delong';
import { mcnemar } from '../../lib/evaluation/mcnemar';
import { normalProbability, twoSidedP } from '../../lib/evaluation/normal-distribution';
import { chooseThreshold, type OperatingPoint, operatingPoint } from '../../lib/evaluation/operating-point';
import { permutationP } from '../../lib/evaluation/permutation-scores';
import { precisionRecallCurve } from '../../lib/evaluation/precision-recall-curve';
import { rocCurve } from '../../lib/evaluation/roc-curve';
import { thresholdTable } from '../../lib/evaluation/threshold-table';
import { weightedMean } from '../../lib/evaluation/weighted';
import { wilson } from '../../lib/evaluation/wilson';

interface Point {
  threshold: number | null;
  sensitivity: number;
  specificity: number;
}
interface Outcomes {
  scores: number[];
  positives: boolean[];
}
interface Bins {
  share: number[];
  mean: number[];
  error: number;
}
const reference = JSON.parse(
  readFileSync(path.join(__dirname, '../fixtures/evaluation/curves.json'), 'utf8'),
) as {
  curves: (Outcomes & {
    roc: [number | null, number, number][];
    precisionRecall: [number, number, number][];
    auroc: number;
    averagePrecision: number;
    weighted: { weights: number[]; rocArea: number; precisionArea: number };
    thresholds: {
      youden: Point;
      sensitivity: (Point & { level: number })[];
      specificity: (Point & { level: number })[];
    };
  })[];
  calibration: {
    probabilities: number[];
    positives: boolean[];
    bins: number;
    brier: number;
    uniform: Bins;
    quantile: Bins;
  }[];
  brier: { truth: number[]; probabilities: number[][]; brier: number }[];
  delong: {
    positives: boolean[];
    scores: [number[], number[]];
    areas: [number, number];
    errors: [number, number];
    difference: [number, number, number];
    z: number;
    p: number;
  }[];
  obuchowski: (Outcomes & { patients: string[]; area: number; error: number })[];
  bootstrap: (Outcomes & {
    figure: 'brier' | 'area';
    groups: string[];
    probabilities: number[];
    replicates: number;
    confidence: number;
    draws: number[];
    value: number;
    low: number;
    high: number;
  })[];
  mcnemar: {
    onlyFirst: number;
    onlySecond: number;
    exactP: number;
    chiSquare: number;
    chiSquareP: number;
  }[];
  permutation: { observed: number; permuted: number[]; p: number }[];
  normal: { z: number; p: number }[];
};

const close = (ours: number | null | undefined, theirs: number, tolerance = 1e-9) => {
  expect(typeof ours).toBe('number');
  expect(Math.abs((ours as number) - theirs)).toBeLessThan(tolerance);
};
const random = () => seededRandom(1);

describe.each(reference.curves.map((c, i) => [i, c] as const))('scikit-learn, curve %i', (_, c) => {
  const { scores, positives } = c;

  test('every point of the ROC curve', () => {
    const curve = rocCurve(scores, positives);
    expect(curve.map(({ threshold }) => threshold)).toEqual(c.roc.map(([threshold]) => threshold));
    curve.forEach((point, i) => {
      close(point.falsePositiveRate, c.roc[i]![1]);
      close(point.sensitivity, c.roc[i]![2]);
    });
  });

  test('every point of the precision-recall curve, in the opposite order', () => {
    const [first, ...curve] = precisionRecallCurve(scores, positives);
    expect(first).toEqual({ threshold: null, recall: 0, precision: 1 });
    const theirs = [...c.precisionRecall].reverse();
    expect(curve.map(({ threshold }) => threshold)).toEqual(theirs.map(([threshold]) => threshold));
    curve.forEach((point, i) => {
      close(point.recall, theirs[i]![1]);
      close(point.precision, theirs[i]![2]);
    });
  });

  test('areas, of pictures as they are and weighted', () => {
    close(auroc(scores, positives).value, c.auroc);
    close(averagePrecision(scores, positives, { random: random() }).value, c.averagePrecision);
    close(rocArea(scores, positives)(c.weighted.weights), c.weighted.rocArea);
    close(precisionArea(scores, positives)(c.weighted.weights), c.weighted.precisionArea);
  });

  test('thresholds: Youden, the wanted sensitivities and specificities', () => {
    const same = (ours: OperatingPoint, theirs: Point) => {
      expect(ours.threshold).toBe(theirs.threshold);
      close(ours.sensitivity.value, theirs.sensitivity);
      close(ours.specificity.value, theirs.specificity);
      expect(ours.sensitivity).toEqual(wilson(ours.truePositives, ours.positives));
      expect(ours.specificity).toEqual(wilson(ours.negatives - ours.falsePositives, ours.negatives));
      expect(operatingPoint(scores, positives, ours.threshold)).toEqual(ours);
    };
    same(chooseThreshold(scores, positives), c.thresholds.youden);
    const levels = c.thresholds.sensitivity.map(({ level }) => level);
    const rows = thresholdTable(scores, positives, { sensitivities: levels, specificities: levels });
    expect(rows).toHaveLength(2 * levels.length);
    for (const { wanted, level, ...point } of rows)
      same(point, c.thresholds[wanted].find((row) => row.level === level)!);
  });
});

describe.each(reference.calibration.map((c, i) => [i, c] as const))(
  'scikit-learn, calibration %i',
  (_, c) => {
    test.each(['uniform', 'quantile'] as const)('%s bins and their error', (strategy) => {
      const curve = calibrationCurve(c.probabilities, c.positives, { bins: c.bins, strategy });
      expect(curve.reduce((sum, { count }) => sum + count, 0)).toBe(c.positives.length);
      expect(curve).toHaveLength(c[strategy].share.length);
      curve.forEach(({ share, meanProbability, count }, i) => {
        close(share.value, c[strategy].share[i]!);
        close(meanProbability, c[strategy].mean[i]!);
        expect(share).toEqual(wilson(Math.round(share.value * count), count));
      });
      const { value, low, high } = calibrationError(c.probabilities, c.positives, {
        bins: c.bins,
        strategy,
        random: random(),
      });
      close(value, c[strategy].error);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    });

    test('Brier score of two outcomes', () => {
      close(binaryBrier(c.probabilities, c.positives, { random: random() }).value, c.brier);
      const rows = c.probabilities.map((p) => [1 - p, p]);
      close(brier(c.positives.map(Number), rows, { random: random() }).value, 2 * c.brier);
    });
  },
);

test.each(reference.brier)('scikit-learn, Brier score of several classes, %#', (c) => {
  close(brier(c.truth, c.probabilities, { random: random() }).value, c.brier);
});

test.each(reference.delong)('DeLong from all pairs, %#', (c) => {
  c.scores.forEach((scores, k) => {
    const ours = delongAuroc(scores, c.positives);
    close(ours.value, c.areas[k]!);
    close(ours.standardError, c.errors[k]!);
    close(ours.low, Math.max(0, c.areas[k]! - 1.959963984540054 * c.errors[k]!));
    close(ours.high, Math.min(1, c.areas[k]! + 1.959963984540054 * c.errors[k]!));
  });
  const { difference, z, p } = compareAurocs(...c.scores, c.positives);
  close(difference.value, c.difference[0]);
  close(difference.low, c.difference[1]);
  close(difference.high, c.difference[2]);
  close(z, c.z);
  close(p, c.p);
});

test.each(reference.obuchowski)('Obuchowski with several pictures a patient, %#', (c) => {
  const ours = delongAuroc(c.scores, c.positives, { patients: c.patients });
  close(ours.value, c.area);
  close(ours.standardError, c.error);
  expect(Math.abs(delongAuroc(c.scores, c.positives).standardError - c.error)).toBeGreaterThan(1e-3);
});

test.each(reference.bootstrap)("SciPy's BCa interval for the same draws: $figure at $confidence", (c) => {
  const draws = c.draws.values();
  const replayed = { ...seededRandom(0), integer: () => draws.next().value! };
  const losses = c.probabilities.map((p, i) => (p - Number(c.positives[i])) ** 2);
  const statistic = c.figure === 'brier' ? weightedMean(losses) : precisionArea(c.scores, c.positives);
  const { replicates, confidence } = c;
  const ours = clusteredBootstrap(c.groups, statistic, { random: replayed, replicates, confidence });
  expect(draws.next().done).toBe(true);
  close(ours.value, c.value);
  close(ours.low, c.low);
  close(ours.high, c.high);
});

test.each(reference.mcnemar)('SciPy, McNemar of $onlyFirst and $onlySecond', (c) => {
  const right = (first: boolean, second: boolean, count: number) =>
    Array.from({ length: count }, () => ({ first, second }));
  const pictures = [
    ...right(true, false, c.onlyFirst),
    ...right(false, true, c.onlySecond),
    ...right(true, true, 10),
    ...right(false, false, 4),
  ];
  const ours = mcnemar(
    pictures.map(({ first }) => first),
    pictures.map(({ second }) => second),
  );
  expect(ours).toMatchObject({ both: 10, neither: 4, onlyFirst: c.onlyFirst, onlySecond: c.onlySecond });
  close(ours.exactP, c.exactP);
  close(ours.chiSquare, c.chiSquare);
  close(ours.chiSquareP, c.chiSquareP);
});

// The example of `ci.prop.ps` in statpsych, the R package of the interval's author, with its seven digits.
test("Bonett and Price's interval of a paired difference, as published", () => {
  const counts = { 'true true': 6, 'true false': 26, 'false true': 4, 'false false': 12 };
  const pictures = Object.entries(counts).flatMap(([right, count]) => Array<string>(count).fill(right));
  const { difference } = mcnemar(
    pictures.map((right) => right.startsWith('true')),
    pictures.map((right) => right.endsWith('true')),
  );
  close(difference.low, 0.2548067, 5e-8);
  close(difference.high, 0.6251933, 5e-8);
});

test.each(reference.permutation)(
  "scikit-learn's p of a permutation test, $p",
  ({ observed, permuted, p }) => {
    close(permutationP(observed, permuted), p);
  },
);

test.each(reference.normal)('SciPy, the two-sided p of z = $z', ({ z, p }) => {
  close(twoSidedP(z) / p, 1, 1e-12);
  close(normalProbability(-z), p / 2, 1e-15);
  close(normalProbability(z), 1 - p / 2, 1e-15);
});
