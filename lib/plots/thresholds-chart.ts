import { checkBothKinds } from '../evaluation/check-scores';
import { decisionCounts } from '../evaluation/decision-counts';
import { formatFigure } from '../evaluation/format-figure';
import { operatingPoint } from '../evaluation/operating-point';
import { oneVsRest, type ScoredPictures } from '../evaluation/scored-pictures';
import { wilson } from '../evaluation/wilson';
import { accent, ink, secondary } from './colors';
import { shareAxis } from './share-axis';
import { type ChartOptions, type ChartSpec, chart } from './theme';

export interface ThresholdsOptions extends ChartOptions {
  /** The class that is told from all others. Default: the first. */
  readonly positive?: string;
  /** The threshold that is marked, such as one that `chooseThreshold` found on validation pictures. Default 0.5. */
  readonly threshold?: number;
}

/** Sensitivity and specificity at each threshold from 0, which calls all, to 1 or the one that calls none, with intervals. */
function rows(scores: readonly number[], positives: readonly boolean[]) {
  const m = positives.filter(Boolean).length;
  const n = positives.length - m;
  const [none, ...counts] = decisionCounts(scores, positives);
  const highest = counts[0]!.threshold!;
  const lowest = counts.at(-1)!;
  const atOne = highest < 1 ? [{ ...none!, threshold: 1 }] : [];
  const atZero = lowest.threshold! > 0 ? [{ ...lowest, threshold: 0 }] : [];
  return [...atOne, ...counts, ...atZero]
    .map(({ threshold, truePositives, falsePositives }) => ({
      threshold: threshold!,
      sensitivity: wilson(truePositives, m),
      specificity: wilson(n - falsePositives, n),
    }))
    .reverse();
}

/**
 * Sensitivity and specificity over the decision threshold, with Wilson's 95 % intervals as bands: what is gained and
 * lost by calling more pictures positive. The marked threshold's figures are in the title.
 * @throws InputError for a class that is none of the labels, no positive or no negative pictures
 */
export function thresholdsChart(scored: ScoredPictures, options: ThresholdsOptions = {}): ChartSpec {
  const { positive = scored.labels[0]!, threshold = 0.5 } = options;
  const { scores, positives } = oneVsRest(scored, positive);
  checkBothKinds(positives);
  const marked = operatingPoint(scores, positives, threshold);
  const values = rows(scores, positives).flatMap((row) =>
    (['sensitivity', 'specificity'] as const).map((figure) => ({
      threshold: row.threshold,
      figure,
      ...row[figure],
      text: formatFigure(row[figure]),
    })),
  );
  const x = {
    field: 'threshold',
    type: 'quantitative',
    title: `${positive} is called from this probability on`,
    scale: { domain: [0, 1], nice: false },
    axis: { format: '.1f', tickCount: 6 },
  };
  const y = shareAxis('value', 'share called rightly');
  const color = {
    field: 'figure',
    type: 'nominal',
    scale: { domain: ['sensitivity', 'specificity'], range: [accent, secondary] },
    legend: { symbolType: 'stroke', symbolStrokeWidth: 3, symbolOpacity: 1 },
  };
  const tooltip = [
    { field: 'figure' },
    { field: 'threshold', format: '.3f' },
    { field: 'text', title: 'share' },
  ];
  const figures = `sensitivity ${formatFigure(marked.sensitivity)}, specificity ${formatFigure(marked.specificity)}`;
  return chart(
    {
      options,
      title: `At ${threshold.toFixed(2)}: ${figures}`,
      subtitle: ['Bands are 95 % intervals.'],
      description: `Sensitivity and specificity for ${positive} by threshold; at ${threshold.toFixed(2)} ${figures}.`,
      result: true,
    },
    {
      width: 420,
      height: 260,
      data: { values },
      layer: [
        {
          mark: { type: 'area', opacity: 0.16, interpolate: 'step-before' },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'line', strokeWidth: 2.5, interpolate: 'step-before' },
          encoding: { x, y, color },
        },
        {
          mark: { type: 'point', filled: true, size: 80, opacity: 0 },
          encoding: { x, y, color, tooltip },
        },
        {
          data: { values: [{ threshold }] },
          mark: { type: 'rule', color: ink, strokeDash: [4, 4], strokeWidth: 1.5 },
          encoding: { x },
        },
      ],
    },
  );
}
