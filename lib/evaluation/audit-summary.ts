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
    readonly verdict: Verdict;
    /** What was found and what it means. */
    readonly words: string;
  }[];
}
