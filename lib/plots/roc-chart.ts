import { auroc } from '../evaluation/auroc';
import { formatFigure } from '../evaluation/format-figure';
import { rocCurve } from '../evaluation/roc-curve';
import { ink } from './colors';
import { curveLines } from './curve-lines';
import { curveName, findingOf, type Scored, type ScoredOptions, scoredCurves } from './scored-curves';
import type { ChartSpec } from './theme';

/**
 * ROC curves with their areas and 95 % intervals: of each class of a model, or of a class by several models. The dashed
 * line is guessing.
 * @throws InputError where there is nothing to draw, for a class that is none of the labels, or one without pictures
 */
export function rocChart(scored: Scored, options: ScoredOptions = {}): ChartSpec {
  const curves = scoredCurves(scored, options.positive);
  const lines = curves.map((curve) => {
    const points = rocCurve(curve.scores, curve.positives);
    const area = auroc(curve.scores, curve.positives, curve);
    return {
      area,
      legend: `${curve.name} ${formatFigure(area)}`,
      color: curve.color,
      points: points.map(({ threshold, falsePositiveRate, sensitivity }) => ({
        x: falsePositiveRate,
        y: sensitivity,
        threshold,
      })),
    };
  });
  const texts = lines.map(({ area }) => formatFigure(area));
  return curveLines(
    {
      options,
      title: findingOf(
        'AUROC',
        curves,
        lines.map(({ area }) => area),
      ),
      subtitle: ['In brackets: 95 % intervals. Dashed: guessing.'],
      description: `ROC curves; areas with 95 % intervals: ${curves
        .map((curve, i) => `${curveName(curve)} ${texts[i]}`)
        .join('; ')}.`,
      result: true,
    },
    lines,
    {
      x: '1 − specificity',
      y: 'sensitivity',
      interpolate: 'linear',
      guessing: [{ color: ink, from: [0, 0], to: [1, 1] }],
    },
  );
}
