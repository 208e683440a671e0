import { seededRandom } from '../core/random';
import { averagePrecision } from '../evaluation/average-precision';
import { formatFigure } from '../evaluation/format-figure';
import { precisionRecallCurve } from '../evaluation/precision-recall-curve';
import { ink } from './colors';
import { curveLines } from './curve-lines';
import { curveName, findingOf, type Scored, type ScoredOptions, scoredCurves } from './scored-curves';
import type { ChartSpec } from './theme';

/**
 * Precision-recall curves with average precision and 95 % intervals (bootstrap over patients, the same draws as
 * `evaluate`): of each class of a model, or of a class by several models. Dashed is guessing: the share of pictures that
 * are of the class.
 * @throws InputError where there is nothing to draw, for a class that is none of the labels, or one without pictures
 */
export function precisionRecallChart(scored: Scored, options: ScoredOptions = {}): ChartSpec {
  const curves = scoredCurves(scored, options.positive);
  const lines = curves.map(({ scores, positives, patients, positive, name, color }) => {
    const points = precisionRecallCurve(scores, positives);
    const random = seededRandom(42).fork(`auprc ${positive}`);
    const area = averagePrecision(scores, positives, { patients, random });
    return {
      area,
      share: positives.filter(Boolean).length / positives.length,
      legend: `${name} ${formatFigure(area)}`,
      color,
      points: points.map(({ threshold, recall, precision }) => ({ x: recall, y: precision, threshold })),
    };
  });
  const texts = lines.map(({ area }) => formatFigure(area));
  const shares = [...new Set(lines.map(({ share }) => share))];
  return curveLines(
    {
      options,
      title: findingOf(
        'Average precision',
        curves,
        lines.map(({ area }) => area),
      ),
      subtitle: ['In brackets: 95 % intervals. Dashed: guessing.'],
      description: `Precision-recall curves; average precision with 95 % intervals: ${curves
        .map((curve, i) => `${curveName(curve)} ${texts[i]}, guessing ${lines[i]!.share.toFixed(3)}`)
        .join('; ')}.`,
      result: true,
    },
    lines,
    {
      x: 'recall',
      y: 'precision',
      interpolate: 'step-before',
      guessing: shares.map((share) => ({
        color: shares.length > 1 ? lines.find((line) => line.share === share)!.color : ink,
        from: [0, share],
        to: [1, share],
      })),
    },
  );
}
