import { formatPercent } from '../evaluation/format-figure';
import { wilson } from '../evaluation/wilson';
import { runKinds, type Score } from './comparison-chart';
import { type Dot, intervalDots } from './interval-dots';
import { spanOf } from './span-of';
import type { ChartOptions, ChartSpec } from './theme';

/** How many pictures without COVID-19, all of one true class, a model called not COVID. */
export interface NotCovidCount {
  readonly model: string;
  /** True class, e.g. "NORMAL". */
  readonly label: string;
  /** Called not COVID: right; and how many pictures. */
  readonly right: number;
  readonly count: number;
  /** The same in the article. */
  readonly article?: Score;
}

/**
 * For each true class and model, the share of pictures called not COVID with its 95 % interval; the article's beside.
 * @throws InputError if there are no counts, or a count is none
 */
export function notCovidChart(counts: readonly NotCovidCount[], options: ChartOptions = {}): ChartSpec {
  const labels = [...new Set(counts.map(({ label }) => label))];
  const dot = (group: string, name: string, kind: string, { right, count }: Score): Dot => {
    const figure = wilson(right, count);
    return { group, name, kind, ...figure, text: `${right}/${count} = ${formatPercent(figure.value)}` };
  };
  const dots = labels.flatMap((label) =>
    counts
      .filter((row) => row.label === label)
      .flatMap((row) => [
        dot(label, row.model, 'this run', row),
        ...(row.article ? [dot(label, row.model, 'article', row.article)] : []),
      ]),
  );
  const words = dots.map(({ group, name, kind, text }) => `${group} ${name}, ${kind}: ${text}`);
  return intervalDots(
    {
      options,
      title: `Called not COVID: ${spanOf(
        counts.map(({ model, label, right, count }) => ({
          name: `${model}, ${label}`,
          value: right / count,
        })),
        formatPercent,
      )}`,
      subtitle: ['X-rays without COVID-19. Lines are 95 % intervals.'],
      description: `Share called not COVID, by true class and model: ${words.join('; ')}.`,
      result: true,
    },
    dots,
    runKinds,
    { title: 'share called not COVID', format: '.0%' },
  );
}
