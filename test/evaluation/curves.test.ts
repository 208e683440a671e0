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
import { newcombeInterval } from '../../lib/evaluation/newcombe';
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
    logit: [[number, number] | null, [number, number] | null];
    difference: [number, number, number];
    z: number;
    p: number;
  }[];
  obuchowski: (Outcomes & { patients: string[]; area: number; error: number; logit: [number, number] })[];
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

describe.each(reference.curves.map((c, i) => [i, c] as const))(
  'equal to scikit-learn to 1e-9, curve %i',
  (_, c) => {
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
  },
);

describe.each(reference.calibration.map((c, i) => [i, c] as const))(
  'equal to scikit-learn to 1e-9, calibration %i',
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

test.each(reference.brier)('Brier score of several classes equals scikit-learn to 1e-9, %#', (c) => {
  close(brier(c.truth, c.probabilities, { random: random() }).value, c.brier);
});

test.each(reference.delong)(
  'DeLong and his interval on the logit scale equal NumPy from all pairs to 1e-9, %#',
  (c) => {
    const positive = c.positives.filter(Boolean).length;
    c.scores.forEach((scores, k) => {
      const shown = auroc(scores, c.positives);
      const [low, high] = c.logit[k] ?? [];
      const without = newcombeInterval(c.areas[k]!, 1.959963984540054, positive, scores.length - positive);
      close(shown.value, c.areas[k]!);
      close(shown.low, low ?? without.low);
      close(shown.high, high ?? without.high);
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
  },
);

test.each(reference.obuchowski)(
  'Obuchowski with several pictures a patient equals NumPy to 1e-9, %#',
  (c) => {
    const shown = auroc(c.scores, c.positives, { patients: c.patients });
    close(shown.value, c.area);
    close(shown.low, c.logit[0]);
    close(shown.high, c.logit[1]);
    const ours = delongAuroc(c.scores, c.positives, { patients: c.patients });
    close(ours.value, c.area);
    close(ours.standardError, c.error);
    expect(Math.abs(delongAuroc(c.scores, c.positives).standardError - c.error)).toBeGreaterThan(1e-3);
  },
);

// The 43 complete patients of DeLong, DeLong and Clarke-Pearson's own example, as the SAS/STAT User's Guide prints them
// (PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves"), with its four digits: albumin, total protein,
// Krebs-Goplerud score, whether the surgery helped.
test("DeLong's own example equals SAS as published, to its four digits", () => {
  const rows =
    `30 58 10 0, 32 63 5 1, 39 68 3 1, 28 48 6 0, 32 58 3 1, 9 40 5 0, 25 57 8 0, 16 56 5 1, 38 57 5 1, 37 67 6 1,
    32 54 4 1, 38 66 6 1, 41 66 5 1, 36 57 5 1, 43 70 4 1, 36 67 4 0, 23 44 6 1, 42 76 4 0, 40 66 6 0, 35 58 6 1, 38 68 7 1,
    30 47 8 0, 45 74 5 1, 37 74 5 1, 31 66 6 1, 41 82 6 1, 43 70 5 1, 43 65 4 1, 32 51 5 1, 26 47 6 1, 33 68 6 0, 17 40 7 0,
    37 61 5 1, 33 63 7 1, 42 77 6 1, 35 62 5 1, 29 57 9 0, 21 48 7 1, 28 62 8 0, 40 70 7 1, 33 57 6 1, 37 69 5 1, 36 66 5 1`
      .split(',')
      .map((row) => row.trim().split(' ').map(Number));
  const helped = rows.map((row) => row[3] === 1);
  const albumin = rows.map((row) => row[0]!);
  const protein = rows.map((row) => row[1]!);
  const krebs = rows.map((row) => 10 - row[2]!);
  const published = [
    [albumin, 0.7366, 0.0927, 0.5549, 0.9182],
    [krebs, 0.7258, 0.1028, 0.5243, 0.9273],
    [protein, 0.6478, 0.1, 0.4518, 0.8439],
  ] as const;
  for (const [scores, area, error, low, high] of published) {
    const ours = delongAuroc(scores, helped);
    close(ours.value, area, 6e-5);
    close(ours.standardError, error, 6e-5);
    close(ours.low, low, 6e-5);
    close(ours.high, high, 6e-5);
  }
  const first = compareAurocs(albumin, krebs, helped);
  close(first.difference.value, 0.0108, 6e-5);
  close(first.p, 0.9102, 6e-5);
  const second = compareAurocs(protein, krebs, helped);
  close(second.difference.value, -0.078, 6e-5);
  close(second.p, 0.4561, 6e-5);
});

test.each(reference.bootstrap)(
  "BCa interval equals SciPy's for the same draws to 1e-9: $figure at $confidence",
  (c) => {
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
  },
);

test.each(reference.mcnemar)('McNemar of $onlyFirst and $onlySecond equals SciPy to 1e-9', (c) => {
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
test("the paired difference of McNemar has Bonett and Price's interval as published, to its seven digits", () => {
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
  "p of a label permutation test equals scikit-learn's to 1e-9, $p",
  ({ observed, permuted, p }) => {
    close(permutationP(observed, permuted), p);
  },
);

test.each(reference.normal)('the two-sided p of z = $z equals SciPy to 1e-12 of itself', ({ z, p }) => {
  close(twoSidedP(z) / p, 1, 1e-12);
  close(normalProbability(-z), p / 2, 1e-15);
  close(normalProbability(z), 1 - p / 2, 1e-15);
});
