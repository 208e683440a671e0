import { classificationReport } from '../evaluation/classification-report';
import type { Evaluation } from '../evaluation/evaluation';
import { formatFigure } from '../evaluation/format-figure';
import { type Table, table } from './table';

/** Whether a value is an evaluation. */
export const isEvaluation = (value: object): value is Evaluation =>
  'confusion' in value && 'perClass' in value;

/** An evaluation as a table, a row a class; recall and sensitivity are one figure under two names. */
export function describeEvaluation(evaluation: Evaluation): Table {
  const { count, accuracy, auroc, logLoss, brier } = evaluation;
  const overall = [
    `${count} pictures`,
    `accuracy ${formatFigure(accuracy)}`,
    ...(auroc ? [`AUROC ${formatFigure(auroc)}`] : []),
    ...(logLoss === undefined ? [] : [`log loss ${logLoss.toFixed(3)}`]),
    ...(brier === undefined ? [] : [`Brier score ${brier.toFixed(3)}`]),
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
    note: 'In brackets: 95 % intervals. For education only, not for diagnosis.',
  });
}
