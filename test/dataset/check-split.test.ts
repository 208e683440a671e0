import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { checkSplit } from '../../lib/dataset/check-split';
import { checkXrays } from '../../lib/dataset/check-xrays';
import { patientFolds } from '../../lib/dataset/patient-folds';
import { sourceFolds } from '../../lib/dataset/source-folds';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split, Xray } from '../../lib/dataset/xray';

const xray = (patientId: string, name: string, label = 'covid'): Xray => ({
  path: `/data/${label}/${name}.png`,
  label,
  patientId,
  source: '',
  view: '',
  width: 1,
  height: 1,
  sha256: name,
  license: '',
});
const split = (parts: Partial<Split>): Split => ({
  train: [],
  validation: [],
  test: [],
  classes: ['covid', 'normal'],
  seed: 1,
  grouping: 'patient',
  ...parts,
});

describe('checkSplit', () => {
  test.each([
    ['train', 'validation'],
    ['train', 'test'],
    ['validation', 'test'],
  ] as const)('refuses a patient in %s and %s, and names both pictures', (one, other) => {
    const wrong = split({
      [one]: [xray('a', '1'), xray('b', '2')],
      [other]: [xray('c', '3'), xray('b', '4')],
    });
    expect(() => checkSplit(wrong)).toThrow(InputError);
    expect(() => checkSplit(wrong)).toThrow(
      `Patient b is on two sides of the split: /data/covid/2.png in ${one}, /data/covid/4.png in ${other}`,
    );
    expect(() => checkSplit({ ...wrong, grouping: 'image' })).not.toThrow();
  });

  test('takes what splitDataset gives, patients of several pictures and classes among them', () => {
    const patients = fc.array(fc.tuple(fc.nat(30), fc.constantFrom('covid', 'normal')), { minLength: 60 });
    fc.assert(
      fc.property(patients, fc.nat(), (drawn, seed) => {
        const xrays = drawn.map(([patient, label], i) => xray(`${patient}`, `${i}`, label));
        let divided: Split;
        try {
          divided = splitDataset(xrays, { validation: 0.2, test: 0.2, seed });
        } catch {
          fc.pre(false);
          return;
        }
        checkSplit(divided);
      }),
    );
  });
});

describe('checkSplit refuses what is no split', () => {
  test.each([
    ['records', [xray('a', 'one')], /^split is \[{"path".*, which has no list train; give what splitDataset/],
    ['nothing', undefined, /^split is undefined, which has no list train/],
    ['a promise', Promise.resolve(split({})), /^split is a promise \(write await before it\)/],
    ['parts without classes', { ...split({}), classes: undefined }, /which has no list classes/],
  ])('%s', (_, given, says) => {
    expect(() => checkSplit(given as never)).toThrow(says);
    expect(() => checkSplit(given as never)).toThrow(InputError);
  });
});

describe('checkXrays', () => {
  test('records pass, also none', () => {
    expect(() => checkXrays([])).not.toThrow();
    expect(() => checkXrays([xray('a', 'one')])).not.toThrow();
  });

  test.each([
    [
      'a promise of records',
      Promise.resolve([]),
      /^xrays is a promise \(write await before it\); give records/,
    ],
    ['a folder', '/data', /^xrays is "\/data"; give records of pictures/],
    ['nothing', undefined, /^xrays is undefined/],
    ['names of files', ['one.png'], /^xrays has "one\.png"; give records/],
    ['a gap', [xray('a', 'one'), undefined], /^xrays has undefined/],
  ])('refused: %s', (_, given, says) => {
    expect(() => checkXrays(given as never)).toThrow(says);
    expect(() => splitDataset(given as never)).toThrow(says);
    expect(() => patientFolds(given as never, { folds: 2 })).toThrow(says);
    expect(() => sourceFolds(given as never)).toThrow(says);
  });
});
