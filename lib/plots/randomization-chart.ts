import { InputError } from '../core/check';
import type { Figure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { classColors } from './colors';
import { spanOf } from './span-of';
import { type ChartOptions, type ChartSpec, chart } from './theme';

/** How alike the maps still are after something was drawn anew. */
export interface RandomizedMaps {
  /** "head", or the layer down to which all was drawn anew. */
  readonly randomized: string;
  readonly spearman: Figure;
  readonly ssim: Figure;
}

/** The steps of one method, in the order in which the model lost what it learnt. */
export interface MethodRandomization {
  /** "Grad-CAM". */
  readonly method: string;
  readonly steps: readonly RandomizedMaps[];
  /** After the head learnt from shuffled labels. */
  readonly labels?: RandomizedMaps;
}

const measures = [
  { field: 'spearman', title: 'rank correlation' },
  { field: 'ssim', title: 'structural similarity' },
] as const;

interface Row {
  readonly method: string;
  readonly randomized: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly text: string;
}

const rowOf = (method: string, randomized: string, figure: Figure): Row => ({
  method,
  randomized,
  ...figure,
  text: formatFigure(figure),
});
const same: Figure = { value: 1, low: 1, high: 1 };
const shuffled = 'labels shuffled';

/**
 * Likeness of the maps to the trained model's, step by step as weights are drawn anew from the head down, and at the end
 * after shuffled labels; a panel a measure, a line a method, 95 % intervals as bands. What stays high belongs to maps that
 * do not show what was learnt.
 * @throws InputError if there are no steps
 */
export function randomizationChart(
  methods: readonly MethodRandomization[],
  options: ChartOptions = {},
): ChartSpec {
  if (!methods.some(({ steps }) => steps.length)) throw new InputError('There are no steps to draw');
  const names = methods.map(({ method }) => method);
  const steps = methods.flatMap((one) => one.steps.map(({ randomized }) => randomized));
  const hasLabels = methods.some(({ labels }) => labels);
  const order = [...new Set(['nothing', ...steps, ...(hasLabels ? [shuffled] : [])])];
  const color = {
    field: 'method',
    type: 'nominal',
    scale: { domain: names, range: classColors(names) },
    legend: names.length > 1 ? { symbolType: 'stroke', symbolStrokeWidth: 3, symbolOpacity: 1 } : null,
  };
  const panel = ({ field, title }: (typeof measures)[number]): ChartSpec => {
    const weights = methods.flatMap(({ method, steps }) => [
      rowOf(method, 'nothing', same),
      ...steps.map((step) => rowOf(method, step.randomized, step[field])),
    ]);
    const labels = methods.flatMap((one) =>
      one.labels ? [rowOf(one.method, shuffled, one.labels[field])] : [],
    );
    const values = [...weights, ...labels];
    const least = Math.min(0, ...values.map(({ low }) => low));
    const x = {
      field: 'randomized',
      type: 'ordinal',
      sort: order,
      title: 'drawn anew: the head, then down to …',
      axis: { labelAngle: -40, grid: false },
    };
    const y = {
      field: 'value',
      type: 'quantitative',
      title,
      scale: { domain: [Math.floor(least * 5) / 5, 1], nice: false },
    };
    const tooltip = [
      { field: 'method', title: 'method' },
      { field: 'randomized', title: 'drawn anew' },
      { field: 'text', title },
    ];
    return {
      width: 300,
      height: 220,
      data: { values },
      layer: [
        {
          data: { values: weights },
          mark: { type: 'area', opacity: 0.16 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        { data: { values: weights }, mark: { type: 'line', strokeWidth: 2.5 }, encoding: { x, y, color } },
        {
          data: { values: labels },
          mark: { type: 'rule', strokeWidth: 2.5 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        { mark: { type: 'point', filled: true, size: 60, opacity: 1 }, encoding: { x, y, color, tooltip } },
      ],
    };
  };
  const words = measures.flatMap(({ field, title }) =>
    methods.map(
      ({ method, steps, labels }) =>
        `${method}, ${title}: ${[
          ...steps.map((step) => `${formatFigure(step[field])} after ${step.randomized}`),
          ...(labels ? [`${formatFigure(labels[field])} after shuffled labels`] : []),
        ].join(', ')}`,
    ),
  );
  return chart(
    {
      options,
      title: `With all drawn anew down to ${steps.at(-1)}: rank correlation ${spanOf(
        methods.flatMap(({ method, steps: own }) => {
          const last = own.at(-1);
          return last ? [{ name: method, value: last.spearman.value }] : [];
        }),
        (value) => value.toFixed(2),
      )}`,
      subtitle: ['What is left of the maps when the model forgets; 1: all. Bands are 95 % intervals.'],
      description: `Likeness to the trained model's maps with 95 % intervals. ${words.join('; ')}.`,
      result: false,
    },
    { hconcat: measures.map(panel), spacing: 36 },
  );
}
