import { checkNumber, checkWhole, InputError } from '../core/check';
import type { Figure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { classColors, ink } from './colors';
import { spanOf } from './span-of';
import { type ChartOptions, type ChartSpec, chart } from './theme';

/** What one kind of features reaches with so many training pictures. */
export interface LearningCurvePoint {
  /** The kind of features: "32×32 pixels", "MobileNet, ImageNet weights". */
  readonly features: string;
  /** Training pictures a class, 1 or more. */
  readonly perClass: number;
  readonly figure: Figure;
}

export interface LearningCurvesOptions extends ChartOptions {
  /** What is measured. Default "accuracy". */
  readonly metric?: string;
  /** What guessing reaches, in [0, 1], as a dashed line. Default: none. */
  readonly chance?: number;
}

const width = 460;

/** A dashed line across at what guessing reaches. */
const chanceLine = (chance: number, y: object): ChartSpec[] => [
  {
    data: { values: [{ value: chance }] },
    mark: { type: 'rule', color: ink, strokeDash: [4, 4] },
    encoding: { y },
  },
  {
    data: { values: [{ value: chance, text: 'guessing' }] },
    mark: { type: 'text', align: 'right', baseline: 'top', dx: -4, dy: 4 },
    encoding: { x: { value: width }, y, text: { field: 'text' } },
  },
];

/**
 * A figure by number of training pictures, a line for each kind of features, its 95 % interval as a band. Numbers of
 * pictures stand on a logarithmic axis: doubling them is one step, wherever it is made.
 * @throws InputError if there are no points, or a number that is none
 */
export function learningCurvesChart(
  points: readonly LearningCurvePoint[],
  options: LearningCurvesOptions = {},
): ChartSpec {
  const { metric = 'accuracy', chance } = options;
  if (points.length === 0) throw new InputError('There are no figures to draw');
  for (const { features, perClass } of points) checkWhole(`perClass of ${features}`, perClass, 1);
  if (chance !== undefined) checkNumber('chance', chance, 0, 1);
  const features = [...new Set(points.map((point) => point.features))];
  const counts = [...new Set(points.map(({ perClass }) => perClass))].sort((a, b) => a - b);
  const values = points.map(({ figure, ...point }) => ({ ...point, ...figure, text: formatFigure(figure) }));
  const least = Math.min(...values.map(({ low }) => low), chance ?? 1);
  const x = {
    field: 'perClass',
    type: 'quantitative',
    title: 'training pictures a class',
    scale: { type: 'log', domain: [counts[0], counts.at(-1)], nice: false },
    axis: { values: counts, format: 'd', grid: false, labelOverlap: false },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: metric,
    scale: { domain: [Math.max(0, Math.floor(least * 10 - 1e-9) / 10), 1], nice: false, zero: false },
    axis: { format: '.1f' },
  };
  const color = {
    field: 'features',
    type: 'nominal',
    scale: { domain: features, range: classColors(features) },
    legend: { symbolType: 'stroke', symbolStrokeWidth: 3, symbolOpacity: 1, columns: 2, columnPadding: 24 },
  };
  const tooltip = [
    { field: 'features' },
    { field: 'perClass', title: 'pictures a class' },
    { field: 'text', title: metric },
  ];
  const words = features.map((name) => {
    const own = values.filter((value) => value.features === name).sort((a, b) => a.perClass - b.perClass);
    return `${name}: ${own.map(({ perClass, text }) => `${text} with ${perClass}`).join(', ')}`;
  });
  return chart(
    {
      options,
      title: `With ${counts.at(-1)} pictures a class: ${metric} ${spanOf(
        points
          .filter(({ perClass }) => perClass === counts.at(-1))
          .map(({ features: name, figure }) => ({ name, value: figure.value })),
      )}`,
      subtitle: ['Bands are 95 % intervals.'],
      description: `By training pictures a class, ${metric} with 95 % intervals. ${words.join('; ')}.`,
      result: true,
    },
    {
      width,
      height: 300,
      data: { values },
      layer: [
        ...(chance === undefined ? [] : chanceLine(chance, y)),
        {
          mark: { type: 'area', opacity: 0.16, clip: true },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        { mark: { type: 'line', strokeWidth: 2.5 }, encoding: { x, y, color } },
        {
          mark: { type: 'point', filled: true, size: 60, opacity: 1 },
          encoding: { x, y, color, tooltip },
        },
      ],
    },
  );
}
