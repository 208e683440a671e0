import { afterAll, expect } from 'vitest';

/** What was compared with one reference. */
interface Row {
  readonly statistic: string;
  readonly reference: string;
  readonly tolerance: number;
  compared: number;
  greatest: number;
}

const rows = new Map<string, Row>();

/** Prints, after the tests of the file, how closely each statistic agreed with its reference. */
afterAll(() => {
  if (!rows.size) return;
  const cells = [...rows.values()].map(({ statistic, reference, tolerance, compared, greatest }) => [
    statistic,
    reference,
    `${compared}`,
    greatest.toExponential(1),
    tolerance.toExponential(0),
  ]);
  const table = [['statistic', 'reference', 'compared', 'greatest difference', 'allowed'], ...cells];
  const widths = table[0]!.map((_, k) => Math.max(...table.map((row) => row[k]!.length)));
  console.log(
    table
      .map((row) =>
        row
          .map((cell, k) => cell.padEnd(widths[k]!))
          .join('  ')
          .trimEnd(),
      )
      .join('\n'),
  );
});

/**
 * A check that a statistic equals its reference, which keeps the greatest difference for the table that is printed.
 * @param statistic for the table
 * @param reference where the other number is from, for the table
 * @param tolerance greatest difference allowed; `relative` to 1 or the reference, whichever is larger
 */
export function agreement(
  statistic: string,
  reference: string,
  tolerance: number,
  relative: 'relative' | 'absolute' = 'absolute',
): (ours: number | null | undefined, theirs: number | null) => void {
  const row: Row = { statistic, reference, tolerance, compared: 0, greatest: 0 };
  return (ours, theirs) => {
    rows.set(`${statistic}\n${reference}`, row);
    row.compared++;
    if (theirs === null) {
      expect(ours).toBeNull();
      return;
    }
    expect(typeof ours).toBe('number');
    const scale = relative === 'relative' ? Math.max(1, Math.abs(theirs)) : 1;
    const difference = Math.abs(ours! - theirs) / scale;
    row.greatest = Math.max(row.greatest, difference);
    expect(difference).toBeLessThan(tolerance);
  };
}
