import type { Verdict } from '../evaluation/audit-summary';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { accent, ink, secondary } from './colors';
import { type Dot, intervalDots } from './interval-dots';
import type { ChartOptions, ChartSpec } from './theme';

/** Of an audit what the chart shows. */
export interface AuditedFigures {
  readonly data: { readonly synthetic: boolean };
  readonly whole: PossibleFigure;
  readonly tests: readonly {
    readonly title: string;
    readonly measure: string;
    readonly figure: PossibleFigure;
    readonly verdict: Verdict;
  }[];
}

const kinds = [
  { kind: 'whole pictures', color: ink, shape: 'square' },
  { kind: 'flagged', color: secondary, shape: 'diamond' },
  { kind: 'clear', color: accent, shape: 'circle' },
];

/** How many of the tests that are drawn are flagged, and which: counts, and tests that were not made, are not among them. */
function finding(dots: readonly Dot[]): string {
  const tested = dots.filter(({ kind }) => kind !== 'whole pictures');
  const flagged = tested.filter(({ kind }) => kind === 'flagged').map(({ name }) => name);
  const tests = `${flagged.length} of ${tested.length} tests for shortcuts flagged`;
  return flagged.length ? `${tests}: ${flagged.join(', ')}` : tests;
}

/**
 * What each test of an audit tells of the class, as AUROC with its interval, below that of the whole pictures.
 * @throws InputError if no test has an AUROC
 */
export function auditChart(audit: AuditedFigures, options: ChartOptions = {}): ChartSpec {
  const rows = [
    { title: 'Whole pictures', figure: audit.whole, kind: 'whole pictures' },
    ...audit.tests
      .filter(({ measure }) => measure === 'AUROC')
      .map(({ title, figure, verdict }) => ({ title, figure, kind: verdict })),
  ];
  const dots = rows.flatMap(({ title, figure, kind }): Dot[] =>
    figure.value === null ? [] : [{ group: '', name: title, kind, ...figure, text: formatFigure(figure, 2) }],
  );
  const words = dots.map(
    ({ name, text, kind }) => `${name} ${text}${kind === 'whole pictures' ? '' : `, ${kind}`}`,
  );
  return intervalDots(
    {
      options: { ...options, synthetic: options.synthetic ?? audit.data.synthetic },
      title: finding(dots),
      subtitle: ['What tells the classes apart. Lines are 95 % intervals; 0.5 is guessing.'],
      description: `AUROC with 95 % intervals: ${words.join('; ')}.`,
      result: true,
    },
    dots,
    kinds,
    { title: 'AUROC', format: '.2f' },
  );
}
