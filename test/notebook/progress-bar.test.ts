import { expect, test } from 'vitest';
import { formatSeconds, progressBar, progressLine } from '../../lib/notebook/progress-bar';

test('seconds as people say them', () => {
  expect([0, 3.6, 59.6, 125, 3720].map(formatSeconds)).toEqual([
    '0 s',
    '4 s',
    '1 min 00 s',
    '2 min 05 s',
    '1 h 02 min',
  ]);
});

test('a stage under way: bar, share, count, rate, time left, note', () => {
  expect(progressLine({ stage: 'features vgg16', done: 50, total: 200, note: 'loss 0.12' }, 10)).toBe(
    'features vgg16  ██████░░░░░░░░░░░░░░░░░░  25 %  50/200  5.0/s  30 s left  loss 0.12'.replace(
      '░  25',
      '░ 25',
    ),
  );
});

test('a finished stage says what it took', () => {
  expect(progressLine({ stage: 'head', done: 25, total: 25 }, 2)).toMatch(
    /█{24} 100 % {2}25\/25 {2}13\/s {2}2 s taken$/,
  );
});

test('an unknown end has no bar; the start has no rate; more than all is all', () => {
  expect(progressLine({ stage: 'download', done: 7 }, 2)).toBe('download  7  3.5/s');
  expect(progressLine({ stage: 'x', done: 0, total: 5 }, 0)).toBe(`x  ${'░'.repeat(24)} 0 %  0/5`);
  expect(progressLine({ stage: 'x', done: 9, total: 5 }, 1)).toContain('100 %');
  expect(progressLine({ stage: 'x', done: 0, total: 0 }, 1)).toBe('x  0/0  1 s taken');
});

test('what was done before counts for nothing in the rate', () => {
  expect(progressLine({ stage: 'x', done: 110, total: 120 }, 10, 100)).toContain('1.0/s  10 s left');
});

test('outside a notebook it is silent', () => {
  expect(progressBar('title')({ stage: 'x', done: 1 })).toBeUndefined();
});
