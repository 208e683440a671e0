import { describe, expect, test } from 'vitest';
import { gramOf } from '../../lib/audit/logistic';
import type { Rows } from '../../lib/audit/rows';
import { type Measurement, type Omission, toTest } from '../../lib/audit/rules';
import { recordTests } from '../../lib/audit/shortcuts';
import { sameSource, sourceOfClass, sourceWithoutClass } from '../../lib/audit/sources';
import { sourcesLeftOut } from '../../lib/audit/sources-left-out';
import { aurocOfRows, studyOf } from '../../lib/audit/study';
import { seededRandom } from '../../lib/core/random';
import type { Xray } from '../../lib/dataset/xray';
import { some } from './some-xrays';

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
  const leftOut = (xrays: readonly Xray[], rows: Rows) =>
    sourcesLeftOut(studyOf(xrays, classes, 1), gramOf(rows));
  const judge = (xrays: readonly Xray[], rows: Rows) =>
    toTest(leftOut(xrays, rows), { value: 0.99, low: 0.98, high: 1 });

  test('costs nothing where the class was learnt', () => {
    expect(areaOf(leftOut(everywhere, rowsOf(everywhere, 4, 0)))).toBeGreaterThan(0.95);
  });

  test('shows a model that learnt the source', () => {
    // Here covid, there normal, with a few the other way round, which is what a new source tells.
    const mixed = [
      ...some('covid', 'here', 60),
      ...some('normal', 'here', 22),
      ...some('covid', 'there', 22),
      ...some('normal', 'there', 60),
    ];
    const result = measured(leftOut(mixed, rowsOf(mixed, 0, 4)));
    expect(result.figure.value).toBeLessThan(0.65);
    expect(result.against!.value).toBeGreaterThan(0.65);
    expect(result.found).toMatch(
      /on pictures of here, there by models trained without that source, 0\.\d\d \[/,
    );
    expect(judge(mixed, rowsOf(mixed, 0, 4)).verdict).toBe('flagged');
  });

  test('is no fault of the source where few pictures are left to learn from', () => {
    // The two sources are alike; without the large one a weak sign is learnt from a quarter of the pictures.
    const uneven = classes.flatMap((label) => [...some(label, 'here', 70), ...some(label, 'there', 21)]);
    const rows = rowsOf(uneven, 1.4, 0);
    const wide = { data: new Float32Array(uneven.length * 100), dimension: 100 };
    const random = seededRandom('noise');
    uneven.forEach((_, i) => {
      wide.data.set(
        Array.from({ length: 100 }, () => random.normal()),
        i * 100,
      );
      wide.data.set(rows.data.subarray(i * 8, i * 8 + 2), i * 100);
    });
    const result = measured(leftOut(uneven, wide));
    // What all the pictures tell, which it is no longer set against, is much better.
    const all = aurocOfRows(studyOf(uneven, classes, 1), wide, 'whole').value!;
    expect(all - result.figure.value!).toBeGreaterThan(0.05);
    expect(Math.abs(result.against!.value! - result.figure.value!)).toBeLessThan(0.05);
    expect(judge(uneven, wide).verdict).toBe('clear');
  });

  test('is not tested where a class has a single source, and it says which', () => {
    const hospitals = ['one', 'two', 'three', 'four', 'five'].flatMap((from) => some('covid', from, 25));
    const xrays = [...hospitals, ...some('normal', 'six', 60)];
    expect(leftOut(xrays, rowsOf(xrays, 1, 1))).toEqual({
      name: 'sources-left-out',
      why: 'all pictures of class "normal" are of one source, six',
    });
  });

  test('is not tested where no source has both classes, or leaves too few', () => {
    const apart = ['one', 'two'].flatMap((from) => [
      ...some('covid', from, 25),
      ...some('normal', `not ${from}`, 25),
    ]);
    const few = [
      ...['one', 'two'].flatMap((from) => some('covid', from, 25)),
      ...some('normal', 'one', 60),
      ...some('normal', 'two', 3),
    ];
    for (const xrays of [apart, few])
      expect(leftOut(xrays, rowsOf(xrays, 1, 1))).toHaveProperty(
        'why',
        'no source has 10 patients of each class to be tested on and leaves 20 of each to learn from',
      );
  });

  test('is not tested where nothing could be lost', () => {
    const result = leftOut(everywhere, rowsOf(everywhere, 0, 0));
    expect(result).toHaveProperty('why', expect.stringContaining('so nothing could be lost'));
  });

  test('takes its copies in other sources out of the training', () => {
    // Noise, every picture in both sources: a model that has seen the copy knows its class.
    const here = classes.flatMap((label) => some(label, 'here', 60));
    const copies = here.map((xray) => ({ ...xray, source: 'there', patientId: `copy of ${xray.patientId}` }));
    const alone = classes.flatMap((label) => ['here', 'there'].flatMap((from) => some(label, from, 30)));
    const noise = rowsOf([...here, ...alone], 0, 0);
    const own = noise.data.subarray(0, here.length * 8);
    const data = Float32Array.from([...own, ...own, ...noise.data.subarray(here.length * 8)]);
    const xrays = [
      ...here,
      ...copies,
      ...alone.map((xray) => ({
        ...xray,
        sha256: `alone ${xray.sha256}`,
        patientId: `alone ${xray.patientId}`,
      })),
    ];
    expect(leftOut(xrays, { data, dimension: 8 })).toHaveProperty(
      'why',
      expect.stringContaining('not told apart'),
    );
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
    const result = measured(sourceWithoutClass(study, own, others));
    expect(result.figure.value).toBeGreaterThan(0.95);
    expect(result.found).toMatch(
      /^among pictures without "covid" here and there are told apart with AUROC (1\.00|0\.\d\d) \[/,
    );
    expect(toTest(result, result.figure).words).toMatch(/or the other diseases in them, .* only a hint/);
    expect(sourceOfClass(study, own, others)).toHaveProperty('why');
    expect(areaOf(sourceWithoutClass(study, ...rows(6, 0)))).toBeLessThan(0.75);
  });

  test('that are named like a class are of that class', () => {
    const [own, others] = rows(0, 5);
    const normal = others.xrays.map((xray) => ({ ...xray, label: 'normal' }));
    const result = measured(sourceOfClass(study, own, { ...others, xrays: normal }));
    expect(result.found).toMatch(/^among pictures of "normal" here and there are told apart/);
    expect(areaOf(sameSource(study, own, { ...others, xrays: normal }))).toBeLessThan(0.75);
  });

  test('are judged by a flag that leaves open what was learnt', () => {
    const [own, others] = rows(0, 5);
    const { verdict, words } = toTest(sameSource(study, own, others), { value: 0.99, low: 0.98, high: 1 });
    expect(verdict).toBe('flagged');
    expect(words).toMatch(/the source was learnt, or any opacity; these pictures cannot tell which\.$/);
    expect(words).toMatch(/AUROC 0\.\d\d \[0\.\d\d, 0\.\d\d\] within that source/);
  });
});

describe('several findings', () => {
  test('are pooled without one class, each such group with its own figure', () => {
    const three = ['covid', 'normal', 'pneumonia'];
    const xrays = [
      ...some('covid', 'here', 30),
      ...some('normal', 'here', 30),
      ...some('pneumonia', 'there', 30),
    ];
    const result = sourceWithoutClass(studyOf(xrays, three, 1), rowsOf(xrays, 0, 4), noControls);
    expect(measured(result).found!.match(/among pictures without "\w+" here and there/g)).toEqual([
      'among pictures without "covid" here and there',
      'among pictures without "normal" here and there',
    ]);
  });
});
