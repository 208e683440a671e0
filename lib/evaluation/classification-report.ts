import type { Evaluation } from './evaluation';
import type { PossibleFigure } from './figure';

/** One class's line of the report; sensitivity is recall. */
export interface ReportRow {
  readonly class: string;
  readonly precision: PossibleFigure;
  /** Recall is its other name. */
  readonly sensitivity: PossibleFigure;
  readonly specificity: PossibleFigure;
  readonly f1: PossibleFigure;
  /** Present where probabilities were evaluated. */
  readonly auroc?: PossibleFigure;
  readonly support: number;
}

/** An evaluation as rows of a table, one a class, in the order of its labels. */
export const classificationReport = ({ labels, perClass }: Evaluation): ReportRow[] =>
  labels.map((label) => {
    const { precision, sensitivity, specificity, f1, auroc, support } = perClass[label]!;
    return { class: label, precision, sensitivity, specificity, f1, ...(auroc && { auroc }), support };
  });
