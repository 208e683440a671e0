import type { Figure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { wilson } from '../evaluation/wilson';
import { accent, secondary } from './colors';
import { type Dot, intervalDots } from './interval-dots';
import { spanOf } from './span-of';
import type { ChartOptions, ChartSpec } from './theme';

/** How often right, of how many: the article's figures, as counts. */
export interface Score {
  readonly right: number;
  readonly count: number;
}

/** One model's accuracy, to be set beside others'. */
export interface ComparedRun {
  /** Name for people, e.g. "VGG16". */
  readonly model: string;
  readonly accuracy: Figure;
  /** The article's accuracy: counts, from which its interval follows, or the bare share in [0, 1]. */
  readonly article?: Score | number;
  /** Heading under which the run stands, e.g. "two classes". */
  readonly group?: string;
}

/** How this project's and the article's figures look in every chart. */
export const runKinds = [
  { kind: 'this run', color: accent, shape: 'circle' },
  { kind: 'article', color: secondary, shape: 'diamond' },
];

function articleDot(article: Score | number): Pick<Dot, 'value' | 'low' | 'high' | 'text'> {
  if (typeof article === 'number') return { value: article, low: null, high: null, text: article.toFixed(3) };
  const figure = wilson(article.right, article.count);
  return { ...figure, text: formatFigure(figure) };
}

// One model is set beside the article, several beside each other.
function finding(runs: readonly ComparedRun[]): string {
  const named = runs.map(({ model, group, accuracy }) => ({
    name: [model, group].filter(Boolean).join(', '),
    value: accuracy.value,
  }));
  const [only] = runs;
  return runs.length === 1 && only?.article !== undefined
    ? `${named[0]!.name}: accuracy ${only.accuracy.value.toFixed(3)}, in the article ${articleDot(only.article).value.toFixed(3)}`
    : `Accuracy ${spanOf(named)}`;
}

/**
 * Accuracy of several models with their 95 % intervals, the article's figures beside.
 * @throws InputError if there are no runs
 */
export function comparisonChart(runs: readonly ComparedRun[], options: ChartOptions = {}): ChartSpec {
  const dots = runs.flatMap(({ model, accuracy, article, group = '' }): Dot[] => [
    { group, name: model, kind: 'this run', ...accuracy, text: formatFigure(accuracy) },
    ...(article === undefined ? [] : [{ group, name: model, kind: 'article', ...articleDot(article) }]),
  ]);
  const words = runs.map(({ model, accuracy, article, group = '' }) =>
    [
      `${[group, model].filter(Boolean).join(', ')}: ${formatFigure(accuracy)}`,
      ...(article === undefined ? [] : [`in the article ${articleDot(article).text}`]),
    ].join(', '),
  );
  return intervalDots(
    {
      options,
      title: finding(runs),
      subtitle: ['Lines are 95 % intervals.'],
      description: `Accuracy with 95 % intervals: ${words.join('; ')}.`,
      result: true,
    },
    dots,
    runKinds,
    { title: 'accuracy', format: '.2f' },
  );
}
