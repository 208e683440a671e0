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
import { agreement } from '../agreement';

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
/** DeLong's test of two models by MLstatkit. */
interface Compared {
  areas: [number, number];
  intervals: [[number, number], [number, number]];
  z: number;
  p: number;
}
const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(__dirname, '..', 'fixtures', 'evaluation', name), 'utf8'));
const packages: {
  mcnemar: {
    onlyFirst: number;
    onlySecond: number;
    exactP: number;
    chiSquare?: number;
    chiSquareP?: number;
  }[];
  delong: Compared[];
  published: { positives: boolean[]; compared: (Compared & { scores: [number[], number[]] })[] };
} = fixture('packages.json');
const reference = fixture('curves.json') as {
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

const scikit = (statistic: string) => agreement(statistic, 'scikit-learn', 1e-9);
const close = {
  roc: scikit('ROC curve'),
  precisionRecall: scikit('precision-recall curve'),
  auroc: scikit('AUROC'),
  auprc: scikit('average precision (AUPRC)'),
  weighted: scikit('areas of weighted pictures'),
  threshold: scikit('sensitivity and specificity at thresholds'),
  calibration: scikit('calibration curve'),
  ece: agreement('expected calibration error', "NumPy's masks", 1e-9),
  brier: scikit('Brier score'),
  delong: agreement("DeLong's error and interval", 'NumPy, all pairs', 1e-9),
  delongTest: agreement("DeLong's test of a difference", 'NumPy, all pairs', 1e-9),
  logit: agreement("AUROC's interval on the logit scale", 'NumPy, all pairs', 1e-9),
  obuchowski: agreement("AUROC's interval, several pictures a patient", 'NumPy, Obuchowski 1997', 1e-9),
  midranks: agreement("DeLong's interval and test", 'MLstatkit (Sun and Xu 2014)', 1e-9),
  published: agreement("DeLong's own example", 'MLstatkit, data as SAS prints them', 1e-9),
  bootstrap: agreement('BCa bootstrap of patients', 'SciPy, same draws', 1e-9),
  mcnemar: agreement("McNemar's test", 'SciPy', 1e-9),
  mcnemarPackage: agreement("McNemar's test, exact and corrected", 'statsmodels', 1e-9),
  bonett: agreement("McNemar's difference, Bonett and Price", 'statpsych, printed digits', 5e-8),
  permutation: agreement('p of a label permutation', 'scikit-learn', 1e-9),
  tail: agreement('two-sided p of z, of itself', 'SciPy', 1e-12),
  normal: agreement('normal distribution', 'SciPy', 1e-15),
};
/** Two models on the same pictures: areas, intervals, test. */
function closeToMidranks(
  theirs: Compared,
  [first, second]: [number[], number[]],
  positives: boolean[],
  check: (ours: number | null, theirs: number) => void,
): void {
  [first, second].forEach((scores, k) => {
    const ours = delongAuroc(scores, positives);
    check(ours.value, theirs.areas[k]!);
    check(ours.low, theirs.intervals[k]![0]);
    check(ours.high, theirs.intervals[k]![1]);
  });
  const { z, p } = compareAurocs(first, second, positives);
  check(z, theirs.z);
  check(p, theirs.p);
}
const random = () => seededRandom(1);

describe.each(reference.curves.map((c, i) => [i, c] as const))(
  'equal to scikit-learn to 1e-9, curve %i',
  (_, c) => {
    const { scores, positives } = c;

    test('every point of the ROC curve', () => {
      const curve = rocCurve(scores, positives);
      expect(curve.map(({ threshold }) => threshold)).toEqual(c.roc.map(([threshold]) => threshold));
      curve.forEach((point, i) => {
        close.roc(point.falsePositiveRate, c.roc[i]![1]);
        close.roc(point.sensitivity, c.roc[i]![2]);
      });
    });

    test('every point of the precision-recall curve, in the opposite order', () => {
      const [first, ...curve] = precisionRecallCurve(scores, positives);
      expect(first).toEqual({ threshold: null, recall: 0, precision: 1 });
      const theirs = [...c.precisionRecall].reverse();
      expect(curve.map(({ threshold }) => threshold)).toEqual(theirs.map(([threshold]) => threshold));
      curve.forEach((point, i) => {
        close.precisionRecall(point.recall, theirs[i]![1]);
        close.precisionRecall(point.precision, theirs[i]![2]);
      });
    });

    test('areas, of pictures as they are and weighted', () => {
      close.auroc(auroc(scores, positives).value, c.auroc);
      close.auprc(averagePrecision(scores, positives, { random: random() }).value, c.averagePrecision);
      close.weighted(rocArea(scores, positives)(c.weighted.weights), c.weighted.rocArea);
      close.weighted(precisionArea(scores, positives)(c.weighted.weights), c.weighted.precisionArea);
    });

    test('thresholds: Youden, the wanted sensitivities and specificities', () => {
      const same = (ours: OperatingPoint, theirs: Point) => {
        expect(ours.threshold).toBe(theirs.threshold);
        close.threshold(ours.sensitivity.value, theirs.sensitivity);
        close.threshold(ours.specificity.value, theirs.specificity);
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
        close.calibration(share.value, c[strategy].share[i]!);
        close.calibration(meanProbability, c[strategy].mean[i]!);
        expect(share).toEqual(wilson(Math.round(share.value * count), count));
      });
      const { value, low, high } = calibrationError(c.probabilities, c.positives, {
        bins: c.bins,
        strategy,
        random: random(),
      });
      close.ece(value, c[strategy].error);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    });

    test('Brier score of two outcomes', () => {
      close.brier(binaryBrier(c.probabilities, c.positives, { random: random() }).value, c.brier);
      const rows = c.probabilities.map((p) => [1 - p, p]);
      close.brier(brier(c.positives.map(Number), rows, { random: random() }).value, 2 * c.brier);
    });
  },
);

test.each(reference.brier)('Brier score of several classes equals scikit-learn to 1e-9, %#', (c) => {
  close.brier(brier(c.truth, c.probabilities, { random: random() }).value, c.brier);
});

test.each(reference.delong)(
  'DeLong and his interval on the logit scale equal NumPy from all pairs to 1e-9, %#',
  (c) => {
    const positive = c.positives.filter(Boolean).length;
    c.scores.forEach((scores, k) => {
      const shown = auroc(scores, c.positives);
      const [low, high] = c.logit[k] ?? [];
      const without = newcombeInterval(c.areas[k]!, 1.959963984540054, positive, scores.length - positive);
      close.auroc(shown.value, c.areas[k]!);
      close.logit(shown.low, low ?? without.low);
      close.logit(shown.high, high ?? without.high);
      const ours = delongAuroc(scores, c.positives);
      close.delong(ours.value, c.areas[k]!);
      close.delong(ours.standardError, c.errors[k]!);
      close.delong(ours.low, Math.max(0, c.areas[k]! - 1.959963984540054 * c.errors[k]!));
      close.delong(ours.high, Math.min(1, c.areas[k]! + 1.959963984540054 * c.errors[k]!));
    });
    const { difference, z, p } = compareAurocs(...c.scores, c.positives);
    close.delongTest(difference.value, c.difference[0]);
    close.delongTest(difference.low, c.difference[1]);
    close.delongTest(difference.high, c.difference[2]);
    close.delongTest(z, c.z);
    close.delongTest(p, c.p);
  },
);

test.each(reference.obuchowski)(
  'Obuchowski with several pictures a patient equals NumPy to 1e-9, %#',
  (c) => {
    const shown = auroc(c.scores, c.positives, { patients: c.patients });
    close.obuchowski(shown.value, c.area);
    close.obuchowski(shown.low, c.logit[0]);
    close.obuchowski(shown.high, c.logit[1]);
    const ours = delongAuroc(c.scores, c.positives, { patients: c.patients });
    close.obuchowski(ours.value, c.area);
    close.obuchowski(ours.standardError, c.error);
    expect(Math.abs(delongAuroc(c.scores, c.positives).standardError - c.error)).toBeGreaterThan(1e-3);
  },
);

test.each(reference.delong.map((c, i) => [i, c] as const))(
  'DeLong equals MLstatkit, which goes by midranks, to 1e-9, %i',
  (i, { scores, positives }) => {
    closeToMidranks(packages.delong[i]!, scores, positives, close.midranks);
  },
);

// 43 patients whose data SAS/STAT prints; where is said in packages.py.
test("DeLong's own example equals MLstatkit to 1e-9", () => {
  const { positives, compared } = packages.published;
  for (const { scores, ...theirs } of compared) closeToMidranks(theirs, scores, positives, close.published);
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
    close.bootstrap(ours.value, c.value);
    close.bootstrap(ours.low, c.low);
    close.bootstrap(ours.high, c.high);
  },
);

/** Two models of which each alone is right so many times. */
function compared({ onlyFirst, onlySecond }: { onlyFirst: number; onlySecond: number }) {
  const right = (first: boolean, second: boolean, count: number) =>
    Array.from({ length: count }, () => ({ first, second }));
  const pictures = [
    ...right(true, false, onlyFirst),
    ...right(false, true, onlySecond),
    ...right(true, true, 10),
    ...right(false, false, 4),
  ];
  return mcnemar(
    pictures.map(({ first }) => first),
    pictures.map(({ second }) => second),
  );
}

test.each(reference.mcnemar)('McNemar of $onlyFirst and $onlySecond equals SciPy to 1e-9', (c) => {
  const ours = compared(c);
  expect(ours).toMatchObject({ both: 10, neither: 4, onlyFirst: c.onlyFirst, onlySecond: c.onlySecond });
  close.mcnemar(ours.exactP, c.exactP);
  close.mcnemar(ours.chiSquare, c.chiSquare);
  close.mcnemar(ours.chiSquareP, c.chiSquareP);
});

test.each(packages.mcnemar)('McNemar of $onlyFirst and $onlySecond equals statsmodels to 1e-9', (c) => {
  const ours = compared(c);
  close.mcnemarPackage(ours.exactP, c.exactP);
  if (c.chiSquare === undefined || c.chiSquareP === undefined) return;
  close.mcnemarPackage(ours.chiSquare, c.chiSquare);
  close.mcnemarPackage(ours.chiSquareP, c.chiSquareP);
});

// The example of `ci.prop.ps` in statpsych, the R package of the interval's author, with its seven digits:
// https://rdocumentation.org/packages/statpsych/versions/1.7.0/topics/ci.prop.ps
test("the paired difference of McNemar has Bonett and Price's interval as published, to its seven digits", () => {
  const counts = { 'true true': 6, 'true false': 26, 'false true': 4, 'false false': 12 };
  const pictures = Object.entries(counts).flatMap(([right, count]) => Array<string>(count).fill(right));
  const { difference } = mcnemar(
    pictures.map((right) => right.startsWith('true')),
    pictures.map((right) => right.endsWith('true')),
  );
  close.bonett(difference.low, 0.2548067);
  close.bonett(difference.high, 0.6251933);
});

test.each(reference.permutation)(
  "p of a label permutation test equals scikit-learn's to 1e-9, $p",
  ({ observed, permuted, p }) => {
    close.permutation(permutationP(observed, permuted), p);
  },
);

test.each(reference.normal)('the two-sided p of z = $z equals SciPy to 1e-12 of itself', ({ z, p }) => {
  close.tail(twoSidedP(z) / p, 1);
  close.normal(normalProbability(-z), p / 2);
  close.normal(normalProbability(z), 1 - p / 2);
});
