import { expect, test } from 'vitest';
import { inspectPlaces } from '../../lib/notebook/inspect-places';

/** The code up to the bar is before the cursor. */
const namesAt = (marked: string) => {
  const code = marked.replace('|', '');
  return inspectPlaces(code, marked.indexOf('|')).map((place) => /^[\w$]*/.exec(code.slice(place))![0]);
};

test.each([
  ['splitData|set(x)', ['set', 'aset']],
  ['splitDataset|', ['', 't']],
  ['splitDataset(|', ['', 't']],
  ['splitDataset(xrays, { test: |', ['', 't']],
  ['evaluate(model, parts(3).test, |)', ['', 'e']],
  ['show (|', ['', 'w']],
  ['(|', ['']],
  ['|', ['']],
  ['a); b|', ['', 'b']],
])('%s', (marked, names) => {
  expect(namesAt(marked)).toEqual(names);
});
