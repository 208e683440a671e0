import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { type SourceFold, sourceFolds } from '../../lib/dataset/source-folds';
import type { Xray } from '../../lib/dataset/xray';
import { record } from './sample-pictures';

const from = (
  source: string,
  label: string,
  patient: string,
  content = `${source}/${label}/${patient}`,
): Xray => ({
  ...record(label, patient, `${content}.png`, content),
  source,
});

const pictures = (folds: readonly SourceFold[]) =>
  folds.map(({ train, test: held }) => [train, held].map((part) => part.map(({ sha256 }) => sha256)));

test('each source is tested once, by models that saw neither it nor its patients', () => {
  const picture = fc.tuple(
    fc.constantFrom('rome', 'paris', 'oslo'),
    fc.constantFrom('covid', 'normal'),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 200 }),
  );
  // Both classes at every source, so that none is alone with one.
  const always = ['rome', 'paris', 'oslo'].flatMap((source) =>
    ['covid', 'normal'].map((label) => from(source, label, `${source} ${label}`)),
  );
  fc.assert(
    fc.property(fc.array(picture, { maxLength: 60 }), (drawn) => {
      const xrays = [
        ...always,
        ...drawn.map(([source, label, patient, content]) =>
          from(source, label, `patient ${patient}`, `picture ${content}`),
        ),
      ];
      const folds = sourceFolds(xrays);
      expect(folds.map(({ source }) => source)).toEqual(['oslo', 'paris', 'rome']);
      expect(pictures(sourceFolds([...xrays].reverse()))).toEqual(pictures(folds));
      for (const { source, train, test: held } of folds) {
        expect(held).toHaveLength(xrays.filter((xray) => xray.source === source).length);
        expect(held.every((xray) => xray.source === source)).toBe(true);
        const patients = new Set(held.map(({ patientId }) => patientId));
        const hashes = new Set(held.map(({ sha256 }) => sha256));
        for (const xray of train) {
          expect(xray.source).not.toBe(source);
          expect(patients.has(xray.patientId) || hashes.has(xray.sha256)).toBe(false);
        }
        expect(new Set(train.map(({ label }) => label)).size).toBe(2);
      }
    }),
  );
});

test('nobody is lost but those who have pictures in both', () => {
  const [rome, both, paris, oslo] = [
    from('rome', 'covid', 'a'),
    from('rome', 'covid', 'b'),
    from('paris', 'normal', 'c'),
    from('oslo', 'covid', 'd'),
  ];
  const alsoB = { ...from('paris', 'covid', 'b'), sha256: 'another' };
  const normals = [from('rome', 'normal', 'e'), from('oslo', 'normal', 'f')];
  const folds = sourceFolds([rome!, both!, paris!, oslo!, alsoB, ...normals]);
  const train = (source: string) =>
    folds
      .find((fold) => fold.source === source)!
      .train.map(({ patientId }) => patientId)
      .sort();
  expect(train('oslo')).toEqual(['a', 'b', 'b', 'c', 'e']);
  expect(train('rome')).toEqual(['c', 'd', 'f']);
  expect(train('paris')).toEqual(['a', 'd', 'e', 'f']);
});

test('the article’s data cannot be left out by source, and the sources are named', () => {
  const work = () =>
    sourceFolds([
      from('covid-chestxray-dataset', 'covid', 'a'),
      from('kaggle-chest-xray', 'normal', 'b'),
      from('kaggle-chest-xray', 'pneumonia', 'c'),
    ]);
  expect(work).toThrow(InputError);
  expect(work).toThrow(
    /without covid-chestxray-dataset there is no picture of class "covid"; without kaggle-chest-xray .*"normal".*"pneumonia"/,
  );
  expect(() => sourceFolds([])).toThrow(/no source/);
  expect(() => sourceFolds([from('rome', 'covid', 'a')])).toThrow(/one source, rome/);
});
