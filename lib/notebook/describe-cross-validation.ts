import { formatFigure } from '../evaluation/format-figure';
import { resultNotices } from '../plots/theme';
import type { CrossValidation } from '../transfer/cross-validate';
import { type Table, table } from './table';

/** Whether a value is a cross-validation. */
export const isCrossValidation = (value: object): value is CrossValidation =>
  ['folds', 'seeds', 'runs', 'predictions'].every((key) => key in value);

/** A cross-validation as a table, a row a division into folds; the mean over all with its interval above. */
export function describeCrossValidation(validation: CrossValidation): Table {
  const { classes, folds, seeds, runs, accuracy, synthetic } = validation;
  const rows = seeds.map((seed) => {
    const own = runs.filter((run) => run.seed === seed);
    const shares = own.map(({ evaluation }) => evaluation.accuracy.value);
    return {
      seed,
      'worst fold': Math.min(...shares),
      mean: shares.reduce((a, b) => a + b, 0) / shares.length,
      'best fold': Math.max(...shares),
      'training pictures a fold': Math.round(own.reduce((sum, { train }) => sum + train, 0) / own.length),
    };
  });
  return table(rows, {
    caption: `Accuracy ${formatFigure(accuracy)}: ${classes.join(', ')}, ${folds} folds${seeds.length > 1 ? `, divided ${seeds.length} times` : ''}`,
    note: [
      'In brackets: 95 % interval, widened because folds share training pictures (Nadeau and Bengio, 2003).',
      ...resultNotices(synthetic),
    ].join(' '),
  });
}
