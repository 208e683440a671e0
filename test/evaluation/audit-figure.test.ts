import { expect, test } from 'vitest';
import { auditFigure } from '../../lib/evaluation/audit-summary';

const count = (value: number) => ({ value, low: value, high: value });

test.each([
  ['pairs', 1, '1 pair'],
  ['pairs', 3, '3 pairs'],
  ['pictures too many', 1, '1 picture too many'],
  ['pictures too many', 0, '0 pictures too many'],
  ['test pictures', 1, '1 test picture'],
  ['test pictures', 12, '12 test pictures'],
])('a count of %s: %i', (measure, value, text) => {
  expect(auditFigure({ measure, figure: count(value) })).toBe(text);
});

test('an area with its interval, and nothing', () => {
  expect(auditFigure({ measure: 'AUROC', figure: { value: 1, low: 0.92, high: 1 } })).toBe(
    'AUROC 1.00 [0.92, 1.00]',
  );
  expect(auditFigure({ measure: 'pairs', figure: { value: null, low: null, high: null } })).toBe('–');
});
