import { seededRandom } from '../core/random';
import { type BinOptions, calibrationCurve } from '../evaluation/calibration-curve';
import { calibrationError } from '../evaluation/calibration-error';
import { formatFigure, formatPercent } from '../evaluation/format-figure';
import { argmax } from '../evaluation/probabilities';
import { oneVsRest, type ScoredPictures } from '../evaluation/scored-pictures';
import { accent, ink } from './colors';
import { shareAxis } from './share-axis';
import { type ChartOptions, type ChartSpec, chart } from './theme';

export interface CalibrationChartOptions extends ChartOptions, BinOptions {
  /** The class whose probability is examined. Default: the class called, as in `evaluate`. */
  readonly positive?: string;
}

/** The probability of the class called, and whether it was right. */
function calledClass({ labels, truth, probabilities }: ScoredPictures) {
  const called = probabilities.map(argmax);
  return {
    scores: probabilities.map((row, i) => row[called[i]!]!),
    positives: truth.map((name, i) => name === labels[called[i]!]),
  };
}

/**
 * Reliability diagram: predicted probability against observed share, bin by bin, with Wilson's 95 % intervals and below it how
 * many pictures each bin has. On the dashed line a probability can be taken at its word.
 * @throws InputError for no pictures, a class that is none of the labels, or bins out of range
 */
export function calibrationChart(scored: ScoredPictures, options: CalibrationChartOptions = {}): ChartSpec {
  const { positive, bins, strategy } = options;
  const { scores, positives } = positive ? oneVsRest(scored, positive) : calledClass(scored);
  const curve = calibrationCurve(scores, positives, { bins, strategy });
  const error = calibrationError(scores, positives, {
    bins,
    strategy,
    patients: scored.patients,
    random: seededRandom(42).fork('ece'),
  });
  const predicted = scores.reduce((a, b) => a + b, 0) / scores.length;
  const observed = positives.filter(Boolean).length / positives.length;
  const what = positive ?? 'the class called';
  const verdict =
    error.low > 0
      ? `Probabilities of ${what} are off: predicted ${formatPercent(predicted)} on average, observed ${formatPercent(observed)}`
      : `No miscalibration of ${what} can be shown on ${scores.length} pictures`;
  const values = curve.map(({ low, high, count, meanProbability, share: seen }) => ({
    low,
    high,
    count,
    predicted: meanProbability,
    observed: seen.value,
    observedLow: seen.low,
    observedHigh: seen.high,
    text: formatFigure(seen),
  }));
  const x = shareAxis('predicted', 'predicted probability');
  const y = shareAxis('observed', 'observed share');
  const tooltip = [
    { field: 'predicted', title: 'predicted, on average', format: '.3f' },
    { field: 'text', title: 'observed' },
    { field: 'count', title: 'pictures' },
  ];
  return chart(
    {
      options,
      title: verdict,
      subtitle: [
        `Expected calibration error ${formatFigure(error)};`,
        `calibrated probabilities would show ${error.byChance.toFixed(3)} by chance.`,
        'Lines are 95 % intervals. Dashed: perfect calibration.',
      ],
      description: `Expected calibration error ${formatFigure(error)}. ${values
        .map((bin) => `Predicted ${bin.predicted.toFixed(2)}, observed ${bin.text} of ${bin.count} pictures`)
        .join('; ')}.`,
      result: true,
    },
    {
      data: { values },
      vconcat: [
        {
          width: 320,
          height: 320,
          layer: [
            {
              data: {
                values: [
                  { predicted: 0, observed: 0 },
                  { predicted: 1, observed: 1 },
                ],
              },
              mark: { type: 'line', color: ink, strokeDash: [4, 4], strokeWidth: 1.5 },
              encoding: { x, y },
            },
            {
              mark: { type: 'rule', strokeWidth: 2, color: accent },
              encoding: { x, y: { ...y, field: 'observedLow' }, y2: { field: 'observedHigh' } },
            },
            { mark: { type: 'line', strokeWidth: 1.5, color: accent }, encoding: { x, y } },
            {
              mark: { type: 'point', filled: true, size: 70, opacity: 1, color: accent },
              encoding: { x, y, tooltip },
            },
          ],
        },
        {
          width: 320,
          height: 60,
          encoding: {
            x: { ...shareAxis('low', 'predicted probability'), title: null },
            x2: { field: 'high' },
            y: {
              field: 'count',
              type: 'quantitative',
              title: 'pictures',
              scale: { zero: true },
              axis: { tickCount: 3, tickMinStep: 1 },
            },
            y2: { datum: 0 },
            tooltip,
          },
          mark: { type: 'rect', color: accent, fillOpacity: 0.6, stroke: accent, strokeWidth: 1 },
        },
      ],
      spacing: 10,
    },
  );
}
