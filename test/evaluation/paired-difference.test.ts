import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { meanWithInterval } from '../../lib/evaluation/mean-with-interval';
import { pairedDifference } from '../../lib/evaluation/paired-difference';
import { agreement } from '../agreement';

interface Case {
  a: number[];
  b: number[];
  ratio: number;
  value: number;
  low: number;
  high: number;
  p: number;
}
const cases: Case[] = JSON.parse(
  readFileSync(path.join(__dirname, '../fixtures/evaluation/corrected.json'), 'utf8'),
);

const close = agreement('corrected resampled t interval (Nadeau and Bengio)', 'SciPy', 1e-10);

describe('pairedDifference', () => {
  test.each(cases)(
    'equals the corrected resampled t test by SciPy to 1e-10, $a.length runs, $ratio',
    ({ a, b, ratio, ...theirs }) => {
      const ours = pairedDifference(a, b, { testToTrain: ratio });
      for (const key of ['value', 'low', 'high'] as const) close(ours[key], theirs[key]);
      // At the confidence that the test's p leaves, the interval ends at 0.
      const { low, high } = pairedDifference(a, b, { testToTrain: ratio, confidence: 1 - theirs.p });
      expect(Math.min(Math.abs(low), Math.abs(high))).toBeLessThan(1e-8);
    },
  );

  test('sees a difference that two separate intervals hide', () => {
    const b = [0.7, 0.9, 0.75, 0.85, 0.8];
    const a = b.map((value, i) => value + 0.03 + 0.002 * (i % 2));
    expect(meanWithInterval(a).low).toBeLessThan(meanWithInterval(b).high);
    expect(pairedDifference(a, b).low).toBeGreaterThan(0.02);
  });

  test('refuses figures that cannot be paired', () => {
    expect(() => pairedDifference([1, 0.9], [1])).toThrow(InputError);
    expect(() => pairedDifference([1, 0.9], [1])).toThrow('a has 2 items and b has 1');
  });
});

describe('the range of a mean', () => {
  test('cuts the bounds, not the mean', () => {
    const values = [1, 1, 0.95, 1, 0.9];
    const plain = meanWithInterval(values, { testToTrain: 0.25 });
    const cut = meanWithInterval(values, { testToTrain: 0.25, range: [0, 1] });
    expect(plain.high).toBeGreaterThan(1);
    expect(cut).toEqual({ ...plain, high: 1 });
  });

  test('refuses values outside', () => {
    expect(() => meanWithInterval([0.5, 1.2], { range: [0, 1] })).toThrow(
      'values[1] is 1.2; range is 0 to 1',
    );
  });
});
