import { describe, expect, it } from 'vitest';
import { asError, checkChoice, checkList, checkNumber, checkWhole, InputError } from '../../lib/core/check';

describe('checks', () => {
  it('return what is right', () => {
    expect(checkChoice('part', 'test', ['train', 'test'])).toBe('test');
    expect(checkWhole('count', 0, 0)).toBe(0);
    expect(checkWhole('count', 7, 1, 7)).toBe(7);
    expect(checkNumber('share', 0.5, 0, 1)).toBe(0.5);
    expect(checkList('seeds', [], '[0, 1]')).toEqual([]);
  });

  it.each([
    [() => checkChoice('part', 'Test', ['train', 'test']), 'part is "Test"; choose one of train, test'],
    [() => checkChoice('part', undefined, ['train', 'test']), 'part is undefined; choose one of train, test'],
    [() => checkWhole('count', 0, 1), 'count is 0; it must be a whole number, 1 or more'],
    [() => checkWhole('count', 2.5, 1, 9), 'count is 2.5; it must be a whole number, 1 to 9'],
    [() => checkWhole('count', '3', 1), 'count is "3"; it must be a whole number, 1 or more'],
    [() => checkWhole('count', Number.NaN, 1), 'count is NaN; it must be a whole number, 1 or more'],
    [() => checkNumber('share', 1.01, 0, 1), 'share is 1.01; it must be a number from 0 to 1'],
    [() => checkNumber('share', Number.NaN, 0, 1), 'share is NaN; it must be a number from 0 to 1'],
    [
      () => checkNumber('share', Number.POSITIVE_INFINITY, 0, 1),
      'share is Infinity; it must be a number from 0 to 1',
    ],
    [() => checkNumber('share', '0.5', 0, 1), 'share is "0.5"; it must be a number from 0 to 1'],
    [() => checkWhole('count', [3], 1), 'count is [3]; it must be'],
    [() => checkWhole('count', { n: 3 }, 1), 'count is {"n":3}; it must be'],
    [() => checkWhole('count', null, 1), 'count is null; it must be'],
    [
      () => checkWhole('count', Promise.resolve(3), 1),
      'count is a promise (write await before it); it must be a whole number',
    ],
    [() => checkChoice('part', 'x'.repeat(1000), ['train']), `part is "${'x'.repeat(199)}…; choose`],
    [() => checkList('seeds', 3 as never, '[0, 1, 2]'), 'seeds is 3; give a list, such as [0, 1, 2]'],
    [
      () => checkList('seeds', undefined as never, '[0, 1, 2]'),
      'seeds is undefined; give a list, such as [0, 1, 2]',
    ],
  ])('name parameter, value and choices (%#)', (act, message) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });

  it('asError keeps errors and wraps the rest', () => {
    const error = new TypeError('x');
    expect(asError(error)).toBe(error);
    expect(asError('text').message).toBe('text');
    expect(asError(undefined)).toBeInstanceOf(Error);
  });
});
