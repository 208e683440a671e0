import { educationOnly } from '../core/education-only';
import { classificationReport } from '../evaluation/classification-report';
import type { Evaluation } from '../evaluation/evaluation';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { type Table, table } from './table';

/** Whether a value is an evaluation. */
export const isEvaluation = (value: object): value is Evaluation =>
  'confusion' in value && 'perClass' in value;

/** An evaluation as a table, a row a class; recall and sensitivity are one figure under two names. */
export function describeEvaluation(evaluation: Evaluation): Table {
  const { count, accuracy, auroc, logLoss, brier, calibration } = evaluation;
  /** With its interval, which counts alone and records of older versions do not have. */
  const lossText = (value: number, figure?: PossibleFigure) =>
    figure ? formatFigure(figure) : value.toFixed(3);
  const overall = [
    `${count} pictures`,
    `accuracy ${formatFigure(accuracy)}`,
    ...(auroc ? [`AUROC ${formatFigure(auroc)}`] : []),
    ...(logLoss === undefined ? [] : [`log loss ${lossText(logLoss, calibration?.logLoss)}`]),
    ...(brier === undefined ? [] : [`Brier score ${lossText(brier, calibration?.brier)}`]),
  ];
  const rows = classificationReport(evaluation);
  return table(rows, {
    caption: overall.join(', '),
    columns: [
      'class',
      'precision',
      { key: 'sensitivity', title: 'sensitivity (recall)' },
      'specificity',
      { key: 'f1', title: 'F1' },
      ...(rows[0]?.auroc ? [{ key: 'auroc', title: 'AUROC' }] : []),
      'support',
    ],
    note: `In brackets: 95 % intervals. ${educationOnly}`,
  });
}
