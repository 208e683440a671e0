import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { projectFolder } from '../../lib/core/settings';
import { auroc } from '../../lib/evaluation/auroc';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { formatFigure } from '../../lib/evaluation/format-figure';
import { operatingPoint } from '../../lib/evaluation/operating-point';
import { oneVsRest } from '../../lib/evaluation/scored-pictures';
import { wilson } from '../../lib/evaluation/wilson';
import { chartSvg } from '../../lib/notebook/chart';
import { baselinesChart } from '../../lib/plots/baselines-chart';
import { calibrationChart } from '../../lib/plots/calibration-chart';
import { classCounts } from '../../lib/plots/class-counts';
import { accent, classColors, contrast, ink, secondary } from '../../lib/plots/colors';
import { comparisonChart } from '../../lib/plots/comparison-chart';
import { confusionMatrixChart } from '../../lib/plots/confusion-matrix-chart';
import { historyChart } from '../../lib/plots/history-chart';
import { insideShareChart } from '../../lib/plots/inside-share-chart';
import { learningCurvesChart } from '../../lib/plots/learning-curves-chart';
import { learningRateChart } from '../../lib/plots/learning-rate-chart';
import { notCovidChart } from '../../lib/plots/not-covid-chart';
import * as short from '../../lib/plots/plots';
import { precisionRecallChart } from '../../lib/plots/precision-recall-chart';
import { randomizationChart } from '../../lib/plots/randomization-chart';
import { rocChart } from '../../lib/plots/roc-chart';
import { spanOf } from '../../lib/plots/span-of';
import { type ChartSpec, wrapWords } from '../../lib/plots/theme';
import { thresholdsChart } from '../../lib/plots/thresholds-chart';
import { variantsChart } from '../../lib/plots/variants-chart';
import { style } from '../../lib/report/style';
import { colorDistance, visions } from './color-vision';
import { history, plots, scoredPictures } from './samples';

/** Numbers to six digits, so that no machine's last bit changes a snapshot. */
const rounded = (spec: ChartSpec) =>
  JSON.parse(JSON.stringify(spec), (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value,
  );

const words = (svg: string) => [...svg.matchAll(/<t(?:ext|span)[^>]*>([^<]+)</g)].map(([, text]) => text);

/** What must be readable in each chart. */
const expected: Record<keyof typeof plots, string[]> = {
  counts: [
    '206 pictures in 3 classes, from 68 (covid) to 69 (pneumonia)',
    'covid',
    '68',
    'normal',
    '69',
    'pneumonia',
  ],
  countsOfSplit: ['6 train', '2 validation', '3 test', 'Synthetic phantoms, not X-rays of people.'],
  history: ['VGG16 learns within ten epochs', 'training', 'validation', 'best epoch 21', 'accuracy', 'epoch'],
  confusion: [
    '13',
    '1',
    '0',
    '92.9 %',
    '7.1 %',
    'predicted',
    'true',
    '26 of 27 pictures are called rightly',
    'Accuracy 0.963 [0.817, 0.993]; shares are of the row',
  ],
  confusionOfThree: [
    '17',
    '70.8 %',
    'pneumonia',
    'Synthetic phantoms, not X-rays of people. For education only, never for diagnosis.',
  ],
  notCovid: [
    'NORMAL',
    'PNEUMONIA',
    '231/234 = 98.7 %',
    '247/390 = 63.3 %',
    'this run',
    'article',
    'MobileNet',
  ],
  comparison: [
    'VGG16',
    '0.963 [0.817, 0.993]',
    '0.480',
    'article',
    'For education only, never for diagnosis.',
  ],
  learningCurves: [
    '32×32 pixels',
    'fractal, pretrained',
    'training pictures a class',
    '69',
    'guessing',
    'Bands are 95 % intervals.',
  ],
  roc: [
    'In brackets: 95 % intervals. Dashed: guessing.',
    'sensitivity',
    '1 − specificity',
    'For education only, never for diagnosis.',
  ],
  rocOfModels: [
    'sensitivity',
    'Synthetic phantoms, not X-rays of people. For education only, never for diagnosis.',
  ],
  precisionRecall: ['recall', 'precision'],
  precisionRecallOfOne: ['recall', 'precision'],
  calibration: ['predicted probability', 'observed share', 'pictures'],
  calibrated: ['No miscalibration of covid can be shown on 60 pictures', 'predicted probability'],
  thresholds: ['sensitivity', 'specificity', 'covid is called from this probability on'],
  insideShare: [
    'lungs',
    'findings',
    'Grad-CAM',
    '0.667 [0.541, 0.773]',
    'share of the picture',
    'share inside',
  ],
  learningRate: ['smoothed', 'each batch', 'learning rate', '6.9e-4', 'loss (cross-entropy)'],
  randomization: [
    'nothing',
    'head',
    'labels shuffled',
    'rank correlation',
    'structural similarity',
    'HiResCAM',
  ],
  variants: ['frozen', 'preset', 'compared with the first', '0.725 [0.645, 0.792]'],
  audit: [
    'What tells the classes apart. Lines are 95 % intervals; 0.5 is guessing.',
    'Whole pictures',
    'Border only',
    '0.95 [0.91, 0.99]',
    'flagged',
    'clear',
    'For education only, never for diagnosis.',
  ],
  baselines: ['32×32 pixels', '0.993 [0.960, 0.999]', 'baseline', 'transferred features', 'three classes'],
};

describe.each(Object.entries(plots))('%s', (name, spec) => {
  test('specification', () => {
    expect(rounded(spec)).toMatchSnapshot();
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  test('is drawn without a warning, and says its figures', () => {
    const warnings: unknown[] = [];
    const svg = chartSvg(spec, (warning) => warnings.push(warning));
    expect(warnings).toEqual([]);
    expect(words(svg)).toEqual(expect.arrayContaining(expected[name as keyof typeof plots]));
    expect(svg).not.toContain('NaN');
    expect(svg).not.toContain('undefined');
    expect(svg).toContain(`fill="${ink}"`);
  });

  test('has tooltips and a description with figures', () => {
    expect(JSON.stringify(spec)).toContain('"tooltip"');
    expect(spec.description).toMatch(/\d/);
  });
});

test('the same chart under its short name', () => {
  expect(short.history(history)).toEqual(historyChart(history));
  expect(Object.keys(short).sort()).toEqual([
    'audit',
    'baselines',
    'calibration',
    'classCounts',
    'comparison',
    'confusionMatrix',
    'history',
    'insideShare',
    'learningCurves',
    'learningRate',
    'notCovid',
    'precisionRecall',
    'randomization',
    'roc',
    'thresholds',
    'variants',
  ]);
});

test('a diverged training has gaps, not NaN', () => {
  const epochs = history.epochs.map((epoch) => (epoch.epoch === 3 ? { ...epoch, loss: Number.NaN } : epoch));
  const spec = historyChart({ ...history, epochs });
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  expect(chartSvg(spec)).not.toContain('NaN');
});

test('one epoch is drawn', () => {
  const svg = chartSvg(historyChart({ epochs: history.epochs.slice(0, 1), bestEpoch: 1 }));
  expect(svg).not.toContain('NaN');
  expect(words(svg)).toContain('best epoch 1');
});

test('a learning curve of one number of pictures is drawn', () => {
  const svg = chartSvg(learningCurvesChart([{ features: 'pixels', perClass: 5, figure: wilson(3, 4) }]));
  expect(svg).not.toContain('NaN');
  expect(words(svg)).toContain('5');
});

test.each<[string, () => unknown, RegExp]>([
  ['counts', () => classCounts([]), /no pictures/],
  ['counts', () => classCounts({ covid: 1.5 }), /count of covid is 1.5/],
  ['history', () => historyChart({ epochs: [], bestEpoch: 1 }), /no epochs/],
  ['history', () => historyChart({ ...history, bestEpoch: 99 }), /bestEpoch is 99/],
  [
    'confusion',
    () =>
      confusionMatrixChart({
        labels: ['a', 'b'],
        confusion: [
          [0, 0],
          [0, 0],
        ],
      }),
    /no pictures/,
  ],
  ['not covid', () => notCovidChart([]), /no figures/],
  ['not covid', () => notCovidChart([{ model: 'm', label: 'l', right: 3, count: 2 }]), /successes is 3/],
  ['comparison', () => comparisonChart([]), /no figures/],
  ['baselines', () => baselinesChart([]), /no figures/],
  ['learning curves', () => learningCurvesChart([]), /no figures/],
  ['learning rate', () => learningRateChart({ points: [], suggestion: 1, rule: 'valley' }), /no points/],
  ['shares', () => insideShareChart([]), /no figures/],
  ['randomisation', () => randomizationChart([{ method: 'm', steps: [] }]), /no steps/],
  ['variants', () => variantsChart([]), /no figures/],
  [
    'learning curves',
    () => learningCurvesChart([{ features: 'pixels', perClass: 0, figure: wilson(3, 4) }]),
    /perClass of pixels is 0/,
  ],
  [
    'learning curves',
    () => learningCurvesChart([{ features: 'pixels', perClass: 5, figure: wilson(3, 4) }], { chance: 50 }),
    /chance is 50/,
  ],
])('%s refuses what cannot be drawn', (_, draw, message) => {
  expect(draw).toThrow(InputError);
  expect(draw).toThrow(message);
});

test('a class has its colour wherever it stands; no two of eight look the same', () => {
  expect(classColors(['normal', 'covid'])).toEqual([...classColors(['covid', 'normal'])].reverse());
  expect(classColors(['NORMAL'])).toEqual(classColors(['flu', 'normal']).slice(1));
  const eight = classColors(['covid', 'normal', 'pneumonia', 'a', 'b', 'c', 'd', 'e']);
  expect(new Set(eight).size).toBe(8);
});

test('colours stand out from white and from the dark theme, text the most', () => {
  const shapes = [
    ...classColors(['covid', 'normal', 'pneumonia', 'a', 'b', 'c', 'd', 'e']),
    accent,
    secondary,
  ];
  for (const background of ['#ffffff', '#111111']) {
    for (const color of shapes) expect(contrast(color, background)).toBeGreaterThan(3);
    expect(contrast(ink, background)).toBeGreaterThan(4.2);
  }
});

test('where the theme is known, text takes its colour: JupyterLab and the report know it by the grey', () => {
  const css = readFileSync(path.join(projectFolder, 'jupyter', 'custom', 'custom.css'), 'utf8');
  expect(css).toMatch(new RegExp(`text\\[fill="${ink}"\\] \\{\\s+fill: var\\(--jp-content-font-color1\\)`));
  expect(style.match(new RegExp(`text\\[fill='${ink}'\\]`, 'g'))).toHaveLength(2);
});

describe.each(Object.entries(visions))('seen with %s', (_, vision) => {
  const least = (colors: readonly string[]) =>
    Math.min(
      ...colors.flatMap((a, i) => colors.slice(i + 1).map((other) => colorDistance(a, other, vision))),
    );

  test('black and white are as far apart as can be', () => {
    expect(colorDistance('#000000', '#ffffff', vision)).toBeCloseTo(100, 1);
  });

  test('classes are told apart, by colour alone', () => {
    expect(least(classColors(['covid', 'normal', 'pneumonia']))).toBeGreaterThan(16);
    expect(least(classColors(['covid', 'normal', 'pneumonia', 'a', 'b', 'c', 'd', 'e']))).toBeGreaterThan(15);
  });

  test('so are this project and the article, training and validation, right and wrong', () => {
    for (const pair of [
      [accent, secondary],
      [accent, ink],
      ['#0b5394', '#b3400a'],
    ])
      expect(least(pair)).toBeGreaterThan(15);
  });
});

test('a class has the same colour in every chart', () => {
  const own = ['covid', 'normal', 'pneumonia'];
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { domain, range } = value as { domain?: unknown; range?: unknown };
    if (Array.isArray(domain) && Array.isArray(range))
      domain.forEach((name, i) => {
        const label = own.find((one) => String(name).startsWith(one));
        if (!label) return;
        found.push(label);
        expect(range[i]).toBe(classColors([label])[0]);
      });
    for (const part of Object.values(value)) look(part);
  };
  for (const spec of Object.values(plots)) look(spec);
  expect(found.length).toBeGreaterThan(8);
  expect(new Set(found)).toEqual(new Set(own));
});

test('titles name what was found', () => {
  const titles = Object.values(plots).map((spec) => (spec.title as { text: string[] }).text.join(' '));
  for (const title of titles) expect(title).toMatch(/\d| is | are |learns/);
});

describe('the finding of', () => {
  const titleOf = (spec: ChartSpec) => (spec.title as { text: string[] }).text.join(' ');
  const labels = ['covid', 'normal'];
  test.each<[number[][], string]>([
    [
      [
        [13, 0],
        [1, 13],
      ],
      '26 of 27 pictures are called rightly',
    ],
    [
      [
        [0, 7],
        [0, 8],
      ],
      'Every picture is called normal: rightly 8 of 15',
    ],
    [
      [
        [7, 0],
        [0, 8],
      ],
      'All 15 pictures are called rightly',
    ],
    [
      [
        [1, 0],
        [0, 0],
      ],
      'The one picture is called rightly',
    ],
  ])('the confusion matrix %j', (confusion, title) => {
    expect(titleOf(confusionMatrixChart({ labels, confusion }))).toBe(title);
  });

  test('no picture is no colour: on a dark page a pale cell would stand out the most', () => {
    const { data } = confusionMatrixChart({
      labels,
      confusion: [
        [13, 0],
        [1, 13],
      ],
    }) as unknown as {
      data: { values: { count: number; fill: string; text: string }[] };
    };
    for (const { count, fill, text } of data.values)
      expect({ count, filled: fill !== 'transparent', themed: text === ink }).toEqual({
        count,
        filled: count > 0,
        themed: count === 0,
      });
  });

  test('one model beside the article names both; what is read aloud does not mix up whose weights they were', () => {
    const run = {
      model: 'VGG16, random weights',
      accuracy: wilson(8, 15),
      article: { right: 26, count: 27 },
    };
    const one = comparisonChart([run]);
    expect(titleOf(one)).toBe('VGG16, random weights: accuracy 0.533, in the article 0.963');
    expect(one.description).toContain(
      'VGG16, random weights: 0.533 [0.301, 0.752], in the article 0.963 [0.817, 0.993].',
    );
    expect(titleOf(comparisonChart([{ ...run, article: undefined }]))).toBe(
      'Accuracy 0.533 (VGG16, random weights)',
    );
  });

  test('variants of which none differs', () => {
    const accuracy = wilson(8, 15);
    const rows = [
      { name: 'first', accuracy, difference: null },
      { name: 'second', accuracy, difference: { value: 0.1, low: -0.1, high: 0.3 } },
    ];
    expect(titleOf(variantsChart(rows))).toBe('None of 1 differences is shown, on the same folds');
  });
});

describe('what figures span', () => {
  const [low, high] = [
    { name: 'a', value: 0.25 },
    { name: 'b', value: 0.75 },
  ];
  test.each<[Parameters<typeof spanOf>[0], string]>([
    [[], ''],
    [[high], '0.750 (b)'],
    [[high, low], 'from 0.250 (a) to 0.750 (b)'],
    [[high, { name: 'c', value: 0.7501 }], '0.750 in all'],
  ])('%j', (figures, expected) => {
    expect(spanOf(figures)).toBe(expected);
  });
});

describe('charts of scored pictures', () => {
  const scored = scoredPictures(['covid', 'normal'], 40, 2, 1);
  const { scores, positives } = oneVsRest(scored, 'covid');
  const titleOf = (spec: ChartSpec) => (spec.title as { text: string[] }).text.join(' ');

  test('titles say the finding, with the figures of the evaluation', () => {
    const evaluation = evaluatePredictions(scored.truth, scored.probabilities, scored.labels, scored);
    expect(titleOf(rocChart(scored))).toBe(`AUROC of covid: ${formatFigure(evaluation.auroc!)}`);
    expect(titleOf(precisionRecallChart(scored))).toBe(
      `Average precision of covid: ${formatFigure(evaluation.perClass.covid!.auprc!)}`,
    );
    const { ece } = evaluation.calibration!;
    expect(calibrationChart(scored).description).toContain(formatFigure(ece));
    const { sensitivity, specificity } = operatingPoint(scores, positives, 0.5);
    expect(titleOf(thresholdsChart(scored))).toBe(
      `At 0.50: sensitivity ${formatFigure(sensitivity)}, specificity ${formatFigure(specificity)}`,
    );
    const [first, second] = [1.5, 0.8].map((skill) => scoredPictures(['covid', 'normal'], 40, skill, 1));
    const [high, low] = [first!, second!].map((one) => {
      const own = oneVsRest(one, 'normal');
      return auroc(own.scores, own.positives).value!.toFixed(3);
    });
    expect(titleOf(rocChart({ A: first!, B: second! }, { positive: 'normal' }))).toBe(
      `AUROC of normal from ${low} (B) to ${high} (A)`,
    );
  });

  test('too sure a model is told so, with what it says and what is so', () => {
    expect(titleOf(calibrationChart(scoredPictures(['covid', 'normal'], 400, 0.7, 4)))).toMatch(
      /^Probabilities of the class called are off: predicted \d+\.\d % on average, observed \d+\.\d %$/,
    );
  });

  test('points in the middle of a straight line are left out', () => {
    const spec = JSON.stringify(rocChart(scoredPictures(['covid', 'normal'], 400, 6, 1)));
    expect(spec.match(/"order":/g)!.length).toBeLessThan(20);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['no models', () => rocChart({}), /no scored pictures/],
    ['a class', () => precisionRecallChart(scored, { positive: 'flu' }), /"flu".*covid, normal/],
    ['one class', () => rocChart({ ...scored, truth: scored.truth.map(() => 'covid') }), /0 negative/],
    ['one class', () => thresholdsChart({ ...scored, truth: scored.truth.map(() => 'covid') }), /0 negative/],
    ['bins', () => calibrationChart(scored, { bins: 1 }), /bins is 1/],
  ])('refused: %s', (_, draw, message) => {
    expect(draw).toThrow(InputError);
    expect(draw).toThrow(message);
  });
});

test('titles are broken between words', () => {
  expect(wrapWords('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapWords('unbreakable', 4)).toEqual(['unbreakable']);
});
