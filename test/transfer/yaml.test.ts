import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toYaml, type YamlValue } from '../../lib/transfer/yaml';
import { pythonWith } from '../networks/peers';

const python = pythonWith('yaml');

/** What PyYAML reads in each of the documents. */
function readByPython(documents: readonly string[]): unknown[] {
  const script =
    'import json, sys, yaml; print(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)]))';
  const input = JSON.stringify(documents);
  return JSON.parse(execFileSync(python!, ['-c', script], { input, encoding: 'utf8', maxBuffer: 1e8 }));
}

test('is block style for people', () => {
  const card = {
    library_name: 'xray-transfer',
    tags: ['a', 'b'],
    'model-index': [{ name: 'x', results: [{ task: { type: 'y' }, metrics: [{ value: 0.5 }] }] }],
    none: [],
    absent: undefined,
  };
  expect(toYaml(card)).toBe(`library_name: "xray-transfer"
tags:
  - "a"
  - "b"
model-index:
  - name: "x"
    results:
      - task:
          type: "y"
        metrics:
          - value: 0.5
none: []
`);
});

test.skipIf(!python)('says to PyYAML what it was told (skipped where PyYAML is not at hand)', () => {
  const hostile = [
    '',
    ' ',
    '---',
    '...',
    '"',
    "'",
    '\\',
    '\n---\nname: other',
    ': ',
    '# no comment',
    '- item',
    '{a: 1}',
    '!!python/object/apply:os.system ["true"]',
    '&anchor *anchor',
    'yes',
    'Off',
    'n',
    'true',
    'null',
    '0x10',
    '1e3',
    '2020-01-01',
    'ü 肺 🫁',
    '\u0000\u0007\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffe',
    '\t',
    '\r',
  ];
  const documents: YamlValue[] = [
    hostile,
    ...hostile.map((text) => ({ name: text, deep: [{ inner: [text] }] })),
    Object.fromEntries(hostile.map((text) => [text, text])),
    [1, 0, -3.25, 1e-7, 1e21, 1.5e-9, 123456789012, true, false],
    [[], {}, [[1], [2, [3]]], { a: { b: { c: [] } } }],
  ];
  expect(readByPython(documents.map(toYaml))).toEqual(documents);
});

test.skipIf(!python)('survives any value (skipped where PyYAML is not at hand)', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 12 });
  const { value } = fc.letrec<{ value: YamlValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      texts,
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.boolean(),
      fc.array(tie('value') as fc.Arbitrary<YamlValue>, { maxLength: 4 }),
      fc.dictionary(
        texts.filter((key) => key !== '__proto__'),
        tie('value') as fc.Arbitrary<YamlValue>,
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }));
  const documents = fc.sample(value, { numRuns: 300, seed: 7 });
  expect(readByPython(documents.map(toYaml))).toEqual(documents);
});
