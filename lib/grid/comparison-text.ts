import { formatFigure } from '../evaluation/format-figure';
import type { GridComparison } from './comparison';

/** Columns of text, each as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** A comparison as a table for people. */
export function comparisonText({
  trainings,
  audits,
  folds,
  seeds,
  synthetic,
  notice,
}: GridComparison): string {
  const table = aligned([
    ['dataset', 'network', 'preset', 'accuracy', 'AUROC', 'accuracy over the first'],
    ...trainings.map(({ dataset, network, preset, accuracy, auroc, difference }) => [
      dataset,
      network,
      preset,
      formatFigure(accuracy),
      formatFigure(auroc),
      difference ? formatFigure(difference) : '',
    ]),
  ]);
  return [
    ...table,
    `Means over ${folds} folds × ${seeds.length} seeds, patients kept whole, with corrected 95 % intervals.`,
    ...audits.map(
      ({ dataset, network, verdict, expectation }) =>
        `Audit of ${dataset} with ${network}: ${verdict}. ${expectation}`,
    ),
    ...(synthetic ? ['Synthetic pictures: this says nothing about X-rays.'] : []),
    notice,
  ].join('\n');
}
