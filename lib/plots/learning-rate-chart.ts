import { InputError } from '../core/check';
import { accent, ink, secondary } from './colors';
import { type ChartOptions, type ChartSpec, chart } from './theme';

/** The course of a learning rate range test. */
export interface LearningRateCourse {
  readonly points: readonly {
    readonly learningRate: number;
    /** Of the batch. */
    readonly loss: number;
    readonly smoothed: number;
  }[];
  readonly suggestion: number;
  /** How the suggestion is made. */
  readonly rule: string;
}

const kinds = ['each batch', 'smoothed'] as const;

/**
 * Loss by learning rate, the rate on a logarithmic axis, batch by batch and smoothed; the suggested rate marked.
 * @throws InputError if there are no points
 */
export function learningRateChart(course: LearningRateCourse, options: ChartOptions = {}): ChartSpec {
  const { points, suggestion, rule } = course;
  if (!points.length) throw new InputError('There are no points to draw');
  const rates = points.map(({ learningRate }) => learningRate);
  const smoothed = points.map((point) => point.smoothed);
  // The end, where the loss runs away, would flatten the rest.
  const top = Math.max(
    1.2 * Math.max(...smoothed.slice(0, Math.ceil(points.length / 2))),
    2 * Math.min(...smoothed),
  );
  const x = {
    field: 'learningRate',
    type: 'quantitative',
    title: 'learning rate',
    scale: { type: 'log', domain: [rates[0], rates.at(-1)], nice: false },
    axis: { format: '.0e', grid: false, tickCount: 8 },
  };
  const y = {
    field: 'loss',
    type: 'quantitative',
    title: 'loss (cross-entropy)',
    scale: { domain: [0, top], nice: false },
  };
  const color = {
    field: 'kind',
    type: 'nominal',
    scale: { domain: kinds, range: [ink, accent] },
    legend: { symbolType: 'stroke', symbolStrokeWidth: 3, symbolOpacity: 1 },
  };
  const tooltip = [
    { field: 'kind', title: 'loss' },
    { field: 'learningRate', title: 'learning rate', format: '.2e' },
    { field: 'loss', title: 'value', format: '.4f' },
  ];
  const values = points.flatMap(({ learningRate, loss, smoothed: average }) => [
    { learningRate, kind: kinds[0], loss },
    { learningRate, kind: kinds[1], loss: average },
  ]);
  const found = [{ learningRate: suggestion, text: suggestion.toExponential(1) }];
  const late = Math.log(suggestion / rates[0]!) > 0.6 * Math.log(rates.at(-1)! / rates[0]!);
  return chart(
    {
      options,
      title: `Suggested learning rate: ${suggestion.toExponential(1)}`,
      subtitle: [`By the rule ${rule}.`],
      description: `${points.length} steps from rate ${rates[0]!.toExponential(1)} to ${rates.at(-1)!.toExponential(1)}: smoothed loss from ${smoothed[0]!.toFixed(3)}, lowest ${Math.min(...smoothed).toFixed(3)}, at the end ${smoothed.at(-1)!.toFixed(3)}. Suggested rate ${suggestion.toExponential(1)}, by the rule ${rule}.`,
      result: false,
    },
    {
      width: 460,
      height: 260,
      data: { values },
      layer: [
        ...kinds.map((kind, i) => ({
          transform: [{ filter: { field: 'kind', equal: kind } }],
          mark: { type: 'line', clip: true, strokeWidth: 2.5, opacity: i ? 1 : 0.45 },
          encoding: { x, y, color },
        })),
        {
          mark: { type: 'point', clip: true, filled: true, size: 22, opacity: 0 },
          encoding: { x, y, color, tooltip },
        },
        {
          data: { values: found },
          mark: { type: 'rule', color: secondary, strokeWidth: 2 },
          encoding: { x },
        },
        {
          data: { values: found },
          mark: { type: 'text', align: late ? 'right' : 'left', baseline: 'top', dx: late ? -6 : 6, dy: 4 },
          encoding: { x, y: { value: 0 }, text: { field: 'text' } },
        },
      ],
    },
  );
}
