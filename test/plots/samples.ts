import { seededRandom } from '../../lib/core/random';
import type { Split, Xray } from '../../lib/dataset/xray';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import type { ScoredPictures } from '../../lib/evaluation/scored-pictures';
import { wilson } from '../../lib/evaluation/wilson';
import { auditChart } from '../../lib/plots/audit-chart';
import { baselinesChart } from '../../lib/plots/baselines-chart';
import { calibrationChart } from '../../lib/plots/calibration-chart';
import { classCounts } from '../../lib/plots/class-counts';
import { comparisonChart } from '../../lib/plots/comparison-chart';
import { confusionMatrixChart } from '../../lib/plots/confusion-matrix-chart';
import { historyChart } from '../../lib/plots/history-chart';
import { insideShareChart } from '../../lib/plots/inside-share-chart';
import { learningCurvesChart } from '../../lib/plots/learning-curves-chart';
import { learningRateChart } from '../../lib/plots/learning-rate-chart';
import { notCovidChart } from '../../lib/plots/not-covid-chart';
import { precisionRecallChart } from '../../lib/plots/precision-recall-chart';
import { randomizationChart } from '../../lib/plots/randomization-chart';
import { rocChart } from '../../lib/plots/roc-chart';
import { thresholdsChart } from '../../lib/plots/thresholds-chart';
import { variantsChart } from '../../lib/plots/variants-chart';
import type { History } from '../../lib/transfer/history';
import { sampleAudit } from '../audit/sample-audit';

const xray = (label: string, i: number): Xray => ({
  path: `/data/${label}/${i}.png`,
  label,
  patientId: `${label}-${i >> 1}`,
  source: label === 'covid' ? 'covid-chestxray-dataset' : 'kaggle-chest-xray',
  view: 'PA',
  width: 1000 + i,
  height: 900 + i,
  sha256: `${label}${i}`,
  license: '',
});
export const xrays = [
  ...Array.from({ length: 10 }, (_, i) => xray('covid', i)),
  ...Array.from({ length: 14 }, (_, i) => xray('normal', i)),
];
export const split: Split = {
  train: xrays.filter((_, i) => i % 5 > 1),
  validation: xrays.filter((_, i) => i % 5 === 1),
  test: xrays.filter((_, i) => i % 5 === 0),
  classes: ['covid', 'normal'],
  seed: 42,
  grouping: 'patient',
};
export const history: History = {
  epochs: Array.from({ length: 25 }, (_, i) => ({
    epoch: i + 1,
    loss: 0.7 * Math.exp(-i / 6) + 0.02,
    accuracy: 1 - 0.5 * Math.exp(-i / 4),
    valLoss: 0.7 * Math.exp(-i / 7) + 0.12 + 0.004 * Math.max(0, i - 17),
    valAccuracy: 0.963 - 0.45 * Math.exp(-i / 3),
    learningRate: 0.001 / (1 + i / 25),
  })),
  bestEpoch: 21,
};

/** A model that is right the more often the larger `skill`, and surer of itself than it should be the larger `pride`. */
export function scoredPictures(
  labels: string[],
  count: number,
  skill: number,
  pride: number,
): ScoredPictures {
  const random = seededRandom(`${labels}/${count}/${skill}`);
  const truth = Array.from({ length: count }, (_, i) => labels[i % labels.length]!);
  const probabilities = truth.map((name) => {
    const raw = labels.map((label) => Math.exp(pride * (random.normal() + (label === name ? skill : 0))));
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => value / sum);
  });
  return { labels, truth, probabilities, patients: truth.map((_, i) => `patient ${i >> 1}`) };
}
const [two, three] = [
  ['covid', 'normal'],
  ['covid', 'normal', 'pneumonia'],
];

/** Every chart once, with figures like those of the article. */
export const plots = {
  counts: classCounts({ covid: 68, normal: 69, pneumonia: 69 }),
  countsOfSplit: classCounts(split, { synthetic: true }),
  history: historyChart(history, { title: 'VGG16 learns within ten epochs' }),
  confusion: confusionMatrixChart(
    evaluateConfusion(
      [
        [13, 0],
        [1, 13],
      ],
      ['covid', 'normal'],
    ),
  ),
  confusionOfThree: confusionMatrixChart(
    evaluateConfusion(
      [
        [12, 1, 1],
        [0, 22, 2],
        [3, 4, 17],
      ],
      ['covid', 'normal', 'pneumonia'],
    ),
    {
      title:
        'VGG16 on three classes: pneumonia is what is missed, taken for normal four times and for covid three',
      synthetic: true,
    },
  ),
  notCovid: notCovidChart([
    { model: 'VGG16', label: 'NORMAL', right: 200, count: 234, article: { right: 189, count: 234 } },
    { model: 'VGG16', label: 'PNEUMONIA', right: 300, count: 390, article: { right: 247, count: 390 } },
    { model: 'ResNet50V2', label: 'NORMAL', right: 233, count: 234, article: { right: 231, count: 234 } },
    { model: 'ResNet50V2', label: 'PNEUMONIA', right: 389, count: 390, article: { right: 384, count: 390 } },
    { model: 'MobileNet', label: 'NORMAL', right: 234, count: 234 },
    { model: 'MobileNet', label: 'PNEUMONIA', right: 390, count: 390 },
  ]),
  comparison: comparisonChart([
    { model: 'VGG16', accuracy: wilson(26, 27), article: { right: 26, count: 27 } },
    { model: 'VGG19', accuracy: wilson(25, 27), article: { right: 24, count: 27 } },
    { model: 'ResNet50', accuracy: wilson(13, 27), article: 0.48 },
    { model: 'ResNet50V2', accuracy: wilson(27, 27), article: { right: 26, count: 27 } },
    { model: 'MobileNet', accuracy: wilson(27, 27) },
  ]),
  baselines: baselinesChart([
    { task: 'COVID against NORMAL', features: 'MobileNet, ImageNet', figure: wilson(135, 136) },
    {
      task: 'COVID against NORMAL',
      features: 'MobileNet, random weights',
      figure: wilson(125, 136),
      baseline: true,
    },
    { task: 'COVID against NORMAL', features: '32×32 pixels', figure: wilson(132, 136), baseline: true },
    { task: 'three classes', features: 'MobileNet, ImageNet', figure: wilson(196, 204) },
    {
      task: 'three classes',
      features: 'MobileNet, random weights',
      figure: wilson(163, 204),
      baseline: true,
    },
    { task: 'three classes', features: '32×32 pixels', figure: wilson(188, 204), baseline: true },
  ]),
  audit: auditChart(sampleAudit),
  learningCurves: learningCurvesChart(
    [5, 10, 20, 40, 69].flatMap((perClass, i) => [
      { features: '32×32 pixels', perClass, figure: wilson(70 + 3 * i, 138) },
      { features: 'fractal, random weights', perClass, figure: wilson(76 + 8 * i, 138) },
      { features: 'fractal, pretrained', perClass, figure: wilson(84 + 11 * i, 138) },
      { features: 'MobileNet, ImageNet weights', perClass, figure: wilson(92 + 10 * i, 138) },
    ]),
    { synthetic: true, chance: 0.5 },
  ),
  roc: rocChart(scoredPictures(two!, 30, 2, 1)),
  rocOfModels: rocChart(
    { VGG16: scoredPictures(two!, 30, 1.5, 1), VGG19: scoredPictures(two!, 30, 0.8, 1) },
    { synthetic: true },
  ),
  precisionRecall: precisionRecallChart(scoredPictures(three!, 27, 1.5, 1)),
  precisionRecallOfOne: precisionRecallChart(scoredPictures(three!, 27, 1.5, 1), { positive: 'pneumonia' }),
  calibration: calibrationChart(scoredPictures(three!, 200, 0.7, 3)),
  calibrated: calibrationChart(scoredPictures(two!, 60, 1, 1), {
    positive: 'covid',
    strategy: 'quantile',
    bins: 5,
  }),
  thresholds: thresholdsChart(scoredPictures(two!, 16, 2, 1), { threshold: 0.3 }),
  insideShare: insideShareChart(
    ['lungs', 'findings'].flatMap((region, i) =>
      ['Grad-CAM', 'HiResCAM', 'occlusion'].map((method, j) => ({
        region,
        method,
        share: wilson(40 - 25 * i + 4 * j, 60),
        area: wilson(2000 - 1700 * i, 6000),
      })),
    ),
    { synthetic: true },
  ),
  learningRate: learningRateChart({
    points: Array.from({ length: 80 }, (_, i) => {
      const smoothed = 0.69 - 0.5 / (1 + Math.exp((48 - i) / 5)) + 0.3 * Math.max(0, (i - 66) / 4) ** 2;
      return {
        learningRate: 1e-7 * 1e8 ** (i / 100),
        loss: smoothed + 0.08 * Math.sin(2.7 * i),
        smoothed,
      };
    }),
    suggestion: 1e-7 * 1e8 ** 0.48,
    rule: 'valley: the middle of the longest fall of the smoothed loss',
  }),
  randomization: randomizationChart(
    ['Grad-CAM', 'HiResCAM'].map((method, j) => {
      const maps = (randomized: string, i: number) => ({
        randomized,
        spearman: { value: 0.6 - 0.12 * i - 0.1 * j, low: 0.5 - 0.13 * i - 0.1 * j, high: 0.7 - 0.1 * i },
        ssim: { value: 0.5 - 0.08 * i, low: 0.4 - 0.08 * i, high: 0.6 - 0.08 * i - 0.05 * j },
      });
      return {
        method,
        steps: ['head', 'block5_conv', 'block3_conv', 'block1_conv'].map(maps),
        ...(j === 1 && { labels: maps('labels', 2) }),
      };
    }),
    { synthetic: true },
  ),
  variants: variantsChart(
    [
      { question: 'preset', name: 'article', accuracy: wilson(100, 138), difference: null },
      {
        question: 'preset',
        name: 'sound',
        accuracy: wilson(129, 138),
        difference: { value: 0.21, low: 0.14, high: 0.28 },
      },
      { question: 'base', name: 'frozen', accuracy: wilson(129, 138), difference: null },
      {
        question: 'base',
        name: 'last block fine-tuned',
        accuracy: wilson(128, 138),
        difference: { value: -0.007, low: -0.04, high: 0.026 },
      },
    ],
    { synthetic: true },
  ),
};
