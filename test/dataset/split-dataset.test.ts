import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { findDuplicates } from '../../lib/dataset/find-duplicates';
import { patientFolds } from '../../lib/dataset/patient-folds';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split, Xray } from '../../lib/dataset/xray';
import { fixtures, record } from './sample-pictures';

const parts = (split: Split) => [split.train, split.validation, split.test] as const;
const paths = (xrays: readonly Xray[]) => xrays.map((xray) => xray.path).sort();
const count = (xrays: readonly Xray[], label: string) => xrays.filter((xray) => xray.label === label).length;

/** One patient a picture. */
const singles = (counts: readonly number[]): Xray[] =>
  counts.flatMap((n, c) => Array.from({ length: n }, (_, i) => record(`c${c}`, `c${c}-p${i}`, `${i}.png`)));

/** Two or three classes with 8 to 30 patients of 1 to 4 pictures. */
const datasets = fc
  .array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 30 }), {
    minLength: 2,
    maxLength: 3,
  })
  .map((classes) =>
    classes.flatMap((patients, c) =>
      patients.flatMap((pictures, p) =>
        Array.from({ length: pictures }, (_, i) => record(`c${c}`, `c${c}-p${p}`, `${p}-${i}.png`)),
      ),
    ),
  );
const shares = fc.record({
  test: fc.double({ min: 0.1, max: 0.4, noNaN: true }),
  validation: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 0.4, noNaN: true })),
  seed: fc.integer(),
});

describe('splitDataset', () => {
  it('covers every picture once, keeps patients on one side, and comes near the wanted shares', () => {
    fc.assert(
      fc.property(datasets, shares, (xrays, options) => {
        const split = splitDataset(xrays, options);
        expect(paths(parts(split).flat())).toEqual(paths(xrays));
        const sides = parts(split).map((part) => new Set(part.map(({ patientId }) => patientId)));
        expect(sides.reduce((sum, side) => sum + side.size, 0)).toBe(
          new Set(sides.flatMap((s) => [...s])).size,
        );
        for (const label of split.classes) {
          const all = count(xrays, label);
          expect(count(split.train, label)).toBeGreaterThan(0);
          // One patient (4 pictures), and one picture for rounding.
          expect(Math.abs(count(split.test, label) - options.test * all)).toBeLessThanOrEqual(5);
          expect(Math.abs(count(split.validation, label) - options.validation * all)).toBeLessThanOrEqual(5);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('follows from records and seed, whatever their order or place', () => {
    fc.assert(
      fc.property(datasets, shares, fc.constantFrom('patient', 'image'), (xrays, options, grouping) => {
        const split = splitDataset(xrays, { ...options, grouping });
        const moved = xrays.map((xray) => ({ ...xray, path: `/elsewhere${xray.path}` })).reverse();
        const again = splitDataset(moved, { ...options, grouping });
        expect(parts(again).map(paths)).toEqual(
          parts(split).map((part) => paths(part).map((file) => `/elsewhere${file}`)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('differs with the seed', () => {
    const xrays = singles([40, 40]);
    const tests = [1, 2, 3].map((seed) => paths(splitDataset(xrays, { seed }).test).join());
    expect(new Set(tests).size).toBe(3);
  });

  const { splits } = JSON.parse(readFileSync(path.join(fixtures, 'reference.json'), 'utf8')) as {
    splits: { counts: number[]; test: number; outcomes: number[][] }[];
  };
  it.each(splits)('image by image: $counts with test $test as scikit-learn', ({ counts, test, outcomes }) => {
    for (const seed of [1, 2, 3]) {
      const split = splitDataset(singles(counts), { test, seed, grouping: 'image' });
      expect(outcomes).toContainEqual(counts.map((_, c) => count(split.test, `c${c}`)));
    }
  });

  it('splits one patient a picture into the same sizes by patient as by image', () => {
    const split = splitDataset(singles([69, 69]), { validation: 0.2 });
    expect(parts(split).map((part) => part.length)).toEqual([82, 28, 28]);
  });

  it('keeps identical pictures together, even under two patients and labels', () => {
    const xrays = [
      ...singles([20, 20]),
      ...Array.from({ length: 10 }, (_, i) => record('c0', `twin-${i}`, `twin-${i}.png`, `c1/${i}.png`)),
    ];
    for (let seed = 0; seed < 20; seed++)
      for (const part of parts(splitDataset(xrays, { seed, validation: 0.2, test: 0.3 }))) {
        const inside = new Set(part.map(({ patientId }) => patientId));
        for (let i = 0; i < 10; i++) expect(inside.has(`twin-${i}`)).toBe(inside.has(`c1-p${i}`));
      }
  });

  it('gives each part a patient of each class where there are just enough', () => {
    const split = splitDataset(singles([3, 30]), { validation: 0.1, test: 0.1 });
    expect(parts(split).map((part) => count(part, 'c0'))).toEqual([1, 1, 1]);
  });

  it('lets a large patient overshoot no more than it must', () => {
    const large = Array.from({ length: 30 }, (_, i) => record('c0', 'large', `l${i}.png`));
    const xrays = [...large, ...singles([40, 40])];
    for (let seed = 0; seed < 10; seed++) {
      expect(count(splitDataset(xrays, { seed }).test, 'c0')).toBe(14);
    }
  });

  it.each([
    [
      singles([2, 9]),
      { validation: 0.2 },
      /class "c0" has 2 patients, fewer than the 3 parts \(train, test, validation\)/,
    ],
    [singles([1, 9]), {}, /class "c0" has 1 patients, fewer than the 2 parts/],
    [
      singles([3, 3]),
      { test: 0.1, grouping: 'image' },
      /test is 0.1: 1 of 6 pictures, .* each of the 2 classes/,
    ],
    [singles([3, 3]), { test: 0.6, validation: 0.4 }, /nothing is left for train; their sum must be below 1/],
    [singles([3, 3]), { test: 1.5 }, 'test is 1.5; it must be a number from 0 to 1'],
    [singles([3, 3]), { grouping: 'source' }, 'grouping is "source"; choose one of patient, image'],
    [[], {}, 'xrays is empty'],
  ])('refuses what cannot be split, with numbers (%#)', (xrays, options, message) => {
    const act = () => splitDataset(xrays, options as { test: number });
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });

  it('with test 0 keeps all for train', () => {
    expect(splitDataset(singles([1, 1]), { test: 0 }).train).toHaveLength(2);
  });
});

describe('patientFolds', () => {
  it('tests every picture once, keeps patients whole, and balances the classes', () => {
    fc.assert(
      fc.property(datasets, fc.integer({ min: 2, max: 6 }), fc.integer(), (xrays, folds, seed) => {
        const found = patientFolds(xrays, { folds, seed });
        expect(paths(found.flatMap(({ test }) => test))).toEqual(paths(xrays));
        for (const { train, test } of found) {
          expect(paths([...train, ...test])).toEqual(paths(xrays));
          const learned = new Set(train.map(({ patientId }) => patientId));
          expect(test.some(({ patientId }) => learned.has(patientId))).toBe(false);
          for (const label of new Set(xrays.map((xray) => xray.label)))
            expect(Math.abs(count(test, label) - count(xrays, label) / folds)).toBeLessThanOrEqual(4);
        }
        expect(patientFolds([...xrays].reverse(), { folds, seed })).toEqual(found);
      }),
      { numRuns: 100 },
    );
  });

  it('goes picture by picture where asked to: as many of each class as can be, patients on two sides', () => {
    const pairs = singles([20, 30]).flatMap((xray) => [
      xray,
      { ...xray, path: `${xray.path}2.png`, sha256: `${xray.sha256} again` },
    ]);
    const found = patientFolds(pairs, { folds: 5, seed: 3, grouping: 'image' });
    expect(paths(found.flatMap(({ test }) => test))).toEqual(paths(pairs));
    for (const { train, test } of found) {
      expect([count(test, 'c0'), count(test, 'c1')]).toEqual([8, 12]);
      const learned = new Set(train.map(({ patientId }) => patientId));
      expect(test.some(({ patientId }) => learned.has(patientId))).toBe(true);
    }
    expect(() => patientFolds(singles([4, 9]), { folds: 5, grouping: 'image' })).toThrow(
      'class "c0" has 4 pictures; use fewer folds',
    );
  });

  it('refuses more folds than patients, and one fold', () => {
    expect(() => patientFolds(singles([4, 9]), { folds: 5 })).toThrow(
      'folds is 5, but class "c0" has 4 patients; use fewer folds',
    );
    expect(() => patientFolds(singles([4, 9]), { folds: 1 })).toThrow(
      'folds is 1; it must be a whole number, 2 or more',
    );
  });
});

it('findDuplicates groups identical files', () => {
  const [a, b, c, d] = ['x', 'y', 'x', 'x'].map((content, i) => record('c', `${i}`, `${i}.png`, content));
  expect(findDuplicates([a!, b!, c!, d!])).toEqual([[a, c, d]]);
  expect(findDuplicates([a!, b!])).toEqual([]);
});
