import type { Figure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { accent, ink } from './colors';
import { type Dot, intervalDots } from './interval-dots';
import { spanOf } from './span-of';
import type { ChartOptions, ChartSpec } from './theme';

/** What a linear head reached on one kind of features. */
export interface BaselineFigure {
  /** The kind of features: "MobileNet, ImageNet", "32×32 pixels", "random weights". */
  readonly features: string;
  readonly figure: Figure;
  /** Whether it is what transfer has to beat. Default false. */
  readonly baseline?: boolean;
  /** Heading under which it stands: "COVID against NORMAL". */
  readonly task?: string;
}

export interface BaselinesOptions extends ChartOptions {
  /** What is measured. Default "accuracy". */
  readonly metric?: string;
}

const kinds = [
  { kind: 'transferred features', color: accent, shape: 'circle' },
  { kind: 'baseline', color: ink, shape: 'square' },
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// The best of both kinds where there is one task; of several what they span.
function finding(dots: readonly Dot[], metric: string): string {
  const best = kinds.map(({ kind }) =>
    dots
      .filter((dot) => dot.kind === kind)
      .reduce<Dot | undefined>((most, dot) => (most && most.value >= dot.value ? most : dot), undefined),
  );
  const [transferred, baseline] = best;
  const oneTask = new Set(dots.map(({ group }) => group)).size === 1;
  if (oneTask && transferred && baseline)
    return `${capital(metric)} ${transferred.value.toFixed(3)} with ${transferred.name}, ${baseline.value.toFixed(3)} with the best baseline, ${baseline.name}`;
  const named = dots.map(({ name, group, value }) => ({
    name: [name, group].filter(Boolean).join(', '),
    value,
  }));
  return `${capital(metric)} ${spanOf(named)}`;
}

/**
 * A figure with its interval for each kind of features: what transfer adds over a thumbnail or random weights.
 * @throws InputError if there are no figures
 */
export function baselinesChart(rows: readonly BaselineFigure[], options: BaselinesOptions = {}): ChartSpec {
  const { metric = 'accuracy' } = options;
  const tasks = [...new Set(rows.map(({ task = '' }) => task))];
  const dots = tasks.flatMap((group) =>
    rows
      .filter(({ task = '' }) => task === group)
      .map(
        ({ features, figure, baseline }): Dot => ({
          group,
          name: features,
          kind: kinds[baseline ? 1 : 0]!.kind,
          ...figure,
          text: formatFigure(figure),
        }),
      ),
  );
  const words = dots.map(({ group, name, text }) => [group, name, text].filter(Boolean).join(' '));
  return intervalDots(
    {
      options,
      title: finding(dots, metric),
      subtitle: ['Lines are 95 % intervals.'],
      description: `${capital(metric)} with 95 % intervals: ${words.join('; ')}.`,
      result: true,
    },
    dots,
    kinds,
    { title: metric, format: '.2f' },
  );
}
