import { describe, expect, it } from 'vitest';
import { bench } from './bench';

const sections = [
  { name: 'fast', title: 'Fast things', about: 'Against Keras.' },
  { name: 'slow', title: 'Slow things', about: 'Against patience.' },
];
const result = (more: object = {}) => ({
  date: '2026-01-02',
  seconds: 600,
  machine: '2 × Some CPU, 16 GiB',
  busy: 0.034,
  repeats: 3,
  versions: { 'xray-transfer': '0.1.0', Node: 'v20.20.0' },
  peers: { Keras: '3.15.1' },
  quick: false,
  rows: [
    { name: 'one', here: 2, peer: 50, unit: 's', ratio: 25, goal: '≥ 20×', met: true },
    { name: 'two', here: 3, peer: 30, unit: 's', ratio: 10, goal: '≥ 20×', met: false, note: '50 % off' },
    { name: 'three', here: 4, unit: 'MB' },
  ],
  ...more,
});

describe('resultsText', async () => {
  const { resultsText } = await bench('results-text');
  const lines = (results: object): string[] => resultsText(sections, results).split('\n');

  it('gives each row its line, with goal and verdict', () => {
    const text = lines({ fast: result() });
    expect(text).toContain('| one | 2 s | 50 s | 25× | ≥ 20× | yes |');
    expect(text).toContain('| two | 3 s | 30 s | 10× | ≥ 20× | no |');
    expect(text).toContain('| three | 4 MB | – | – | – | – |');
    expect(text).toContain('- two: 50 % off');
    expect(text).toContain('1 of 2 goals are met.');
  });

  it('says of each section when, on what, how often and with what it was measured', () => {
    const text = lines({
      fast: result(),
      slow: result({ date: '2026-03-04', seconds: 42, repeats: 1, peers: {} }),
    });
    expect(text).toContain(
      '2026-01-02, in 10 min, on 2 × Some CPU, 16 GiB; 3 % of its processors busy before. Median of 3 runs. ' +
        'xray-transfer 0.1.0, Node v20.20.0; peers: Keras 3.15.1.',
    );
    expect(text).toContain(
      '2026-03-04, in 42 s, on 2 × Some CPU, 16 GiB; 3 % of its processors busy before. One run. ' +
        'xray-transfer 0.1.0, Node v20.20.0.',
    );
  });

  it('keeps the order of the sections and names those without a result', () => {
    const both = resultsText(sections, { slow: result(), fast: result() });
    expect(both.indexOf('## Fast things')).toBeLessThan(both.indexOf('## Slow things'));
    expect(both).not.toContain('Not measured yet');
    expect(lines({ slow: result() })).toContain('Not measured yet: `fast`.');
  });

  it('judges nothing in a quick run', () => {
    const text = lines({ fast: result({ quick: true }) });
    expect(text).toContain('| one | 2 s | 50 s | 25× | – | – |');
    expect(text.join('\n')).toContain('A quick run: it says whether it runs, not how fast.');
    expect(text.join('\n')).not.toMatch(/goals are met|50 % off/);
  });

  it('is the same from figures that were written and read again', () => {
    const results = { fast: result(), slow: result({ quick: true }) };
    expect(resultsText(sections, JSON.parse(JSON.stringify(results)))).toBe(resultsText(sections, results));
  });
});

describe('withSection', async () => {
  const { withSection } = await bench('with-section');

  it('replaces one and keeps the others as they were', () => {
    const before = { fast: { rows: [1] }, slow: { rows: [2] } };
    const after = withSection(sections, before, 'slow', { rows: [3] });
    expect(after).toEqual({ fast: { rows: [1] }, slow: { rows: [3] } });
    expect(before.slow.rows).toEqual([2]);
  });

  it('adds the first result, in the order of the sections', () => {
    expect(Object.keys(withSection(sections, { slow: {} }, 'fast', {}))).toEqual(['fast', 'slow']);
  });

  it('drops what is measured no longer', () => {
    expect(withSection(sections, { gone: {}, slow: {} }, 'fast', {})).toEqual({ fast: {}, slow: {} });
  });
});

describe('checkedRows', async () => {
  const { checkedRows } = await bench('checked-rows');
  const row = { name: 'one', here: 2, peer: 50, unit: 's', ratio: 25, goal: '≥ 20×', met: true };

  it('passes rows that can be printed', () => {
    const rows = [row, { name: 'alone', here: 0 }];
    expect(checkedRows('fast', rows)).toBe(rows);
  });

  it.each([
    ['no rows', [], /fast: no rows/],
    ['a row without a name', [{ ...row, name: '' }], /has no name/],
    ['a time that is none', [{ ...row, here: Number.NaN }], /"here" is no number/],
    ['a peer that is none', [{ ...row, peer: '50 s' }], /"peer" is no number/],
    ['a ratio that is none', [{ ...row, ratio: Number.POSITIVE_INFINITY }], /"ratio" is no number/],
    ['a verdict in words', [{ ...row, met: 'yes' }], /neither true nor false/],
    ['a verdict without a goal', [{ ...row, goal: undefined }], /no goal/],
  ])('refuses %s', (_, rows, why) => {
    expect(() => checkedRows('fast', rows)).toThrow(why);
  });
});

describe('sections', async () => {
  const { sections: all } = await bench('sections');

  it('each have a name of their own that --only can take, a title and a sentence', () => {
    const names = all.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, title, about, peers } of all) {
      expect(name).toMatch(/^[a-z0-9-]+$/);
      expect(title).not.toBe('');
      expect(about).toMatch(/\.$/);
      expect(Array.isArray(peers)).toBe(true);
    }
  });
});
