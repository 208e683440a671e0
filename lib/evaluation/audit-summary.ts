import type { PossibleFigure } from './figure';
import { formatFigure, noFigure } from './format-figure';

/** What a test of an audit concludes. */
export const verdicts = ['flagged', 'clear', 'not tested'] as const;
export type Verdict = (typeof verdicts)[number];

/** What an audit of pictures concluded, as models, their cards and reports carry it. */
export interface AuditSummary {
  readonly verdict: Verdict;
  /** What to expect on pictures of a source that a model has never seen. */
  readonly expectation: string;
  readonly tests: readonly {
    readonly title: string;
    /** What `figure` is: "AUROC", "pictures". */
    readonly measure: string;
    /** With its 95 % interval; a count has itself as both bounds. Three nulls where the test was not made. */
    readonly figure: PossibleFigure;
    readonly verdict: Verdict;
    /** The rule that led to the verdict. */
    readonly rule: string;
    /** What was found and what it means. */
    readonly words: string;
  }[];
}

/** There is an audit, but not of these pictures. */
export const otherPictures = 'of other pictures';
/** What was found where an audit of a model's pictures was looked for. */
export type AuditFound = AuditSummary | typeof otherPictures;

/** What a count is of, "pairs" or "pictures too many", in the number that the count asks for. */
const inNumber = (count: number, measure: string): string =>
  count === 1 ? measure.replace(/\b(pair|picture)s\b/, '$1') : measure;

/** A test's figure for people: "AUROC 0.93 [0.91, 0.95]", "3 pairs", "1 pair", or a dash. */
export function auditFigure({
  measure,
  figure,
}: Pick<AuditSummary['tests'][number], 'measure' | 'figure'>): string {
  if (figure.value === null) return noFigure;
  return figure.low === figure.high
    ? `${figure.value} ${inNumber(figure.value, measure)}`
    : `${measure} ${formatFigure(figure, 2)}`;
}
