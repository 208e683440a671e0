import { describe, expect, test } from 'vitest';
import { gramOf } from '../../lib/audit/logistic';
import type { Rows } from '../../lib/audit/rows';
import type { Measurement, Omission } from '../../lib/audit/rules';
import { recordTests } from '../../lib/audit/shortcuts';
import { sameSource, sourceOfClass, sourcesLeftOut } from '../../lib/audit/sources';
import { studyOf } from '../../lib/audit/study';
import { seededRandom } from '../../lib/core/random';
import type { Xray } from '../../lib/dataset/xray';

/** Pictures of a class from a source, somebody else on each. */
const some = (label: string, source: string, count: number, view = 'PA'): Xray[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `/pictures/${label}/${source}-${i}.png`,
    label,
    patientId: `${label} ${source} ${i}`,
    source,
    view,
    width: 10,
    height: 10,
    sha256: `${label} ${source} ${i}`,
    license: '',
  }));

/** Numbers of which some tell the class and some the source, as strongly as asked. */
function rowsOf(xrays: readonly Xray[], ofClass: number, ofSource: number): Rows {
  const random = seededRandom('rows');
  const sources = [...new Set(xrays.map(({ source }) => source))];
  const data = xrays.flatMap(({ label, source }) =>
    Array.from({ length: 8 }, (_, d) => {
      const signal =
        d < 2 ? (label === 'covid' ? ofClass : 0) : d < 4 ? ofSource * sources.indexOf(source) : 0;
      return signal + random.normal();
    }),
  );
  return { data: Float32Array.from(data), dimension: 8 };
}
const classes = ['covid', 'normal'];
const noControls = { xrays: [], rows: { data: new Float32Array(0), dimension: 8 } };
const measured = (result: Measurement | Omission): Measurement => {
  if ('why' in result) throw new Error(result.why);
  return result;
};
const areaOf = (result: Measurement | Omission): number => measured(result).figure.value!;
const named = (results: readonly (Measurement | Omission)[], name: string) =>
  results.find((result) => result.name === name)!;

describe('what the records tell', () => {
  test('all, where class and source are one', () => {
    const study = studyOf([...some('covid', 'here', 30), ...some('normal', 'there', 30)], classes, 1);
    const tests = recordTests(study);
    expect(areaOf(named(tests, 'source-name'))).toBe(1);
    expect(named(tests, 'view')).toMatchObject({ why: 'all pictures have one projection' });
  });

  test('nothing, where the classes share their sources', () => {
    const xrays = classes.flatMap((label) =>
      ['here', 'there', 'elsewhere'].flatMap((from) => some(label, from, 14)),
    );
    // Below 0.5: what is left out for the test is what the rest has too little of.
    expect(areaOf(named(recordTests(studyOf(xrays, classes, 1)), 'source-name'))).toBeLessThan(0.7);
  });

  test('the projection, where it goes with the class', () => {
    const xrays = [...some('covid', 'here', 30, 'AP'), ...some('normal', 'here', 30, 'PA')];
    const tests = recordTests(studyOf(xrays, classes, 1));
    expect(areaOf(named(tests, 'view'))).toBe(1);
    expect(named(tests, 'source-name')).toMatchObject({ why: expect.stringContaining('one source only') });
  });

  test('is not tested where they say nothing', () => {
    const xrays = [...some('covid', 'here', 20, ''), ...some('normal', 'here', 20, 'PA')];
    expect(named(recordTests(studyOf(xrays, classes, 1)), 'view')).toHaveProperty('why');
  });
});

describe('sources where the disease is the same', () => {
  const xrays = [...some('covid', 'here', 25), ...some('normal', 'here', 25), ...some('normal', 'there', 25)];
  const study = studyOf(xrays, classes, 1);

  test('are told apart where they look different', () => {
    const result = measured(sourceOfClass(study, rowsOf(xrays, 0, 4), noControls));
    expect(result.figure.value).toBeGreaterThan(0.95);
    expect(result.found).toMatch(/^among pictures of "normal" here and there are told apart/);
  });

  test('are not, whatever tells the classes', () => {
    expect(areaOf(sourceOfClass(study, rowsOf(xrays, 4, 0), noControls))).toBeLessThan(0.75);
  });

  test('need two sources of one class', () => {
    const two = [...some('covid', 'here', 25), ...some('normal', 'there', 25)];
    expect(sourceOfClass(studyOf(two, classes, 1), rowsOf(two, 1, 1), noControls)).toHaveProperty('why');
  });
});

describe('a source left out', () => {
  const everywhere = classes.flatMap((label) => ['here', 'there'].flatMap((from) => some(label, from, 25)));

  test('costs nothing where the class was learnt', () => {
    expect(
      areaOf(sourcesLeftOut(studyOf(everywhere, classes, 1), gramOf(rowsOf(everywhere, 4, 0)))),
    ).toBeGreaterThan(0.95);
  });

  test('shows a model that learnt the source', () => {
    // Here covid, there normal, with a few the other way round, which is what a new source tells.
    const mixed = [
      ...some('covid', 'here', 40),
      ...some('normal', 'here', 12),
      ...some('covid', 'there', 12),
      ...some('normal', 'there', 40),
    ];
    const result = measured(sourcesLeftOut(studyOf(mixed, classes, 1), gramOf(rowsOf(mixed, 0, 4))));
    expect(result.figure.value).toBeLessThan(0.7);
    expect(result.found).toContain('here, there left out in turn');
  });

  test('cannot be, where a class would be gone', () => {
    const two = [...some('covid', 'here', 25), ...some('normal', 'there', 25)];
    expect(sourcesLeftOut(studyOf(two, classes, 1), gramOf(rowsOf(two, 1, 1)))).toHaveProperty('why');
  });
});

describe('other findings of the same source', () => {
  const xrays = [...some('covid', 'here', 30), ...some('normal', 'there', 30)];
  const controls = some('other', 'here', 20);
  const study = studyOf(xrays, classes, 1);
  const rows = (ofClass: number, ofSource: number) => {
    const all = rowsOf([...xrays, ...controls], ofClass, ofSource);
    const split = xrays.length * all.dimension;
    return [
      { ...all, data: all.data.slice(0, split) },
      { xrays: controls, rows: { ...all, data: all.data.slice(split) } },
    ] as const;
  };

  test('are called the class by a model that learnt the source', () => {
    const [own, others] = rows(0, 5);
    const result = measured(sameSource(study, own, others));
    expect(result.figure.value).toBeLessThan(0.75);
    const [, called] = /^(\d+) of 20 pictures with other findings are called "covid"/.exec(result.found!)!;
    expect(Number(called)).toBeGreaterThan(16);
  });

  test('are told from it by a model that learnt the class', () => {
    const [own, others] = rows(6, 0);
    expect(areaOf(sameSource(study, own, others))).toBeGreaterThan(0.95);
  });

  test('of another source say nothing', () => {
    const [own, others] = rows(1, 1);
    const elsewhere = controls.map((xray) => ({ ...xray, source: 'elsewhere' }));
    expect(sameSource(study, own, { ...others, xrays: elsewhere })).toHaveProperty('why');
    expect(sameSource(study, own, noControls)).toHaveProperty('why');
  });

  test('with normal pictures they show whether sources are told apart without the disease', () => {
    const [own, others] = rows(0, 5);
    const result = measured(sourceOfClass(study, own, others));
    expect(result.figure.value).toBeGreaterThan(0.95);
    expect(result.found).toMatch(/^among pictures without "covid" here and there are told apart/);
    expect(areaOf(sourceOfClass(study, ...rows(6, 0)))).toBeLessThan(0.75);
  });
});
