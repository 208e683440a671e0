import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { wilson } from '../../lib/evaluation/wilson';
import { chartSvg } from '../../lib/notebook/chart';
import { baselinesChart } from '../../lib/plots/baselines-chart';
import { classCounts } from '../../lib/plots/class-counts';
import { accent, classColors, contrast, ink, secondary } from '../../lib/plots/colors';
import { comparisonChart } from '../../lib/plots/comparison-chart';
import { confusionMatrixChart } from '../../lib/plots/confusion-matrix-chart';
import { historyChart } from '../../lib/plots/history-chart';
import { insideShareChart } from '../../lib/plots/inside-share-chart';
import { learningCurvesChart } from '../../lib/plots/learning-curves-chart';
import { notCovidChart } from '../../lib/plots/not-covid-chart';
import * as short from '../../lib/plots/plots';
import { randomizationChart } from '../../lib/plots/randomization-chart';
import { type ChartSpec, wrapWords } from '../../lib/plots/theme';
import { variantsChart } from '../../lib/plots/variants-chart';
import { history, plots } from './samples';

/** Numbers to six digits, so that no machine's last bit changes a snapshot. */
const rounded = (spec: ChartSpec) =>
  JSON.parse(JSON.stringify(spec), (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value,
  );

const words = (svg: string) => [...svg.matchAll(/<t(?:ext|span)[^>]*>([^<]+)</g)].map(([, text]) => text);

/** What must be readable in each chart. */
const expected: Record<keyof typeof plots, string[]> = {
  counts: ['Pictures in each class', 'covid', '68', 'normal', '69', 'pneumonia'],
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
    '27 pictures, accuracy 0.963 [0.817, 0.993]',
  ],
  confusionOfThree: [
    '17',
    '70.8 %',
    'pneumonia',
    'Synthetic phantoms, not X-rays of people. For education only, not for diagnosis.',
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
  comparison: ['VGG16', '0.963 [0.817, 0.993]', '0.480', 'article', 'For education only, not for diagnosis.'],
  learningCurves: [
    '32×32 pixels',
    'fractal, pretrained',
    'training pictures a class',
    '69',
    'guessing',
    'Bands are 95 % intervals.',
  ],
  insideShare: [
    'lungs',
    'findings',
    'Grad-CAM',
    '0.667 [0.541, 0.773]',
    'share of the picture',
    'share inside',
  ],
  randomization: [
    'nothing',
    'head',
    'labels shuffled',
    'rank correlation',
    'structural similarity',
    'HiResCAM',
  ],
  variants: ['frozen', 'preset', 'compared with the first', '0.725 [0.645, 0.792]'],
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
  });

  test('has tooltips and a description with figures', () => {
    expect(JSON.stringify(spec)).toContain('"tooltip"');
    expect(spec.description).toMatch(/\d/);
  });
});

test('the same chart under its short name', () => {
  expect(short.history(history)).toEqual(historyChart(history));
  expect(Object.keys(short).sort()).toEqual([
    'baselines',
    'classCounts',
    'comparison',
    'confusionMatrix',
    'history',
    'insideShare',
    'learningCurves',
    'notCovid',
    'randomization',
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

test('titles are broken between words', () => {
  expect(wrapWords('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapWords('unbreakable', 4)).toEqual(['unbreakable']);
});
