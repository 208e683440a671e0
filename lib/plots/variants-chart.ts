import type { Figure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { accent, ink } from './colors';
import { type Dot, intervalDots } from './interval-dots';
import type { ChartOptions, ChartSpec } from './theme';

/** What one way of training reached, and how far it is from the one that it is compared with. */
export interface VariantFigure {
  /** Heading under which it stands: "preset", "weights". Default: none. */
  readonly question?: string;
  readonly name: string;
  readonly accuracy: Figure;
  /** From the first of its question, with its interval; null for the first itself. */
  readonly difference: Figure | null;
}

const kinds = [
  { kind: 'compared with the first', color: accent, shape: 'circle' },
  { kind: 'first', color: ink, shape: 'square' },
];

/** "+0.050 [0.012, 0.088]" */
const signed = (figure: Figure): string => `${figure.value < 0 ? '' : '+'}${formatFigure(figure)}`;

function finding(rows: readonly VariantFigure[]): string {
  const differences = rows.flatMap(({ difference }) => difference ?? []);
  const shown = differences.filter(({ low, high }) => low > 0 || high < 0).length;
  return `${shown || 'None'} of ${differences.length} differences ${shown > 1 ? 'are' : 'is'} shown, on the same folds`;
}

/**
 * Accuracy of ways of training with 95 % intervals, under a heading for each question; beside each its difference from
 * the first, with the interval that says whether there is one.
 * @throws InputError if there are no figures
 */
export function variantsChart(rows: readonly VariantFigure[], options: ChartOptions = {}): ChartSpec {
  const questions = [...new Set(rows.map(({ question = '' }) => question))];
  const dots = questions.flatMap((group) =>
    rows
      .filter(({ question = '' }) => question === group)
      .map(
        ({ name, accuracy, difference }): Dot => ({
          group,
          name,
          kind: kinds[difference ? 0 : 1]!.kind,
          ...accuracy,
          text: `${formatFigure(accuracy)}${difference ? `, difference ${signed(difference)}` : ''}`,
        }),
      ),
  );
  const words = dots.map(({ group, name, text }) => [group, name, text].filter(Boolean).join(' '));
  return intervalDots(
    {
      options,
      title: finding(rows),
      subtitle: ['Lines are 95 % intervals; a difference whose interval holds 0 has not been shown.'],
      description: `Accuracy with 95 % intervals: ${words.join('; ')}.`,
      result: true,
    },
    dots,
    kinds,
    { title: 'accuracy', format: '.2f' },
  );
}
