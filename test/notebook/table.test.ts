import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { wilson } from '../../lib/evaluation/wilson';
import { formatCell } from '../../lib/notebook/format-cell';
import { table } from '../../lib/notebook/table';

test('every kind of value, as text', () => {
  expect(formatCell(wilson(26, 27))).toBe('0.963 [0.817, 0.993]');
  expect(formatCell({ value: null, low: null, high: null })).toBe('–');
  expect(formatCell(2020)).toBe('2020');
  expect(formatCell(0.123456)).toBe('0.123');
  expect(formatCell(0.123456, 1)).toBe('0.1');
  expect(formatCell(0.00001)).toBe('1.00e-5');
  expect(formatCell(-0.5)).toBe('-0.500');
  expect(formatCell(0)).toBe('0');
  expect(formatCell(Number.NaN)).toBe('–');
  expect(formatCell(undefined)).toBe('–');
  expect(formatCell(false)).toBe('false');
  expect(formatCell(['a', 0.5])).toBe('a, 0.500');
  expect(formatCell({ a: 1 })).toBe('{"a":1}');
});

const rows = [
  { class: 'covid', pictures: 68, share: 0.4963 },
  { class: 'normal', pictures: 69, share: 0.5037 },
];

test('a table of objects, in HTML and as text', () => {
  const { html, text } = table(rows, { caption: 'Counts', note: 'end' });
  expect(text.split('\n')).toEqual([
    'Counts',
    'class   pictures  share',
    'covid         68  0.496',
    'normal        69  0.504',
    'end',
  ]);
  expect(html).toContain('<div><b>Counts</b></div>');
  expect(html).toContain('<td style="text-align: right">0.496</td>');
  expect(html).toContain('<td style="text-align: left">covid</td>');
});

test('columns are chosen, named, and given decimals', () => {
  const { text } = table(rows, { columns: [{ key: 'share', title: 'p', digits: 1 }, 'class'] });
  expect(text.split('\n')).toEqual(['  p  class', '0.5  covid', '0.5  normal']);
  expect(() => table(rows, { columns: ['flu'] })).toThrow(InputError);
  expect(() => table(rows, { columns: ['flu'] })).toThrow(/"flu".*class, pictures, share/);
});

test('an interval is broken before its bracket only', () => {
  const { html, text } = table([{ accuracy: wilson(26, 27) }]);
  expect(html).toContain('0.963 [0.817,&nbsp;0.993]');
  expect(text).toContain('0.963 [0.817, 0.993]');
});

test('a date is not broken', () => {
  const { html } = table([{ date: '2026-11-26 10:41', name: 'vgg16-2026' }]);
  expect(html).toContain('<td style="text-align: left; white-space: nowrap">2026-11-26 10:41</td>');
  expect(html).toContain('<td style="text-align: left">vgg16-2026</td>');
});

test('everything is escaped', () => {
  const evil = '<img src=x onerror="alert(1)">&';
  const { html } = table([{ [evil]: evil }], { caption: evil, note: evil });
  expect(html).not.toContain('<img');
  expect(html.match(/&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;&amp;/g)).toHaveLength(4);
});

test("only tags that JupyterLab's sanitizer keeps", () => {
  const { html } = table(rows, { caption: 'Counts', note: 'end' });
  const tags = new Set([...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag));
  expect([...tags].sort()).toEqual(['b', 'div', 'table', 'td', 'tr']);
});

test('long tables say how many rows are left out', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ i }));
  expect(table(many).text).toContain('… and 10 more rows');
  expect(table(many, { limit: 3 }).text.split('\n')).toHaveLength(5);
  expect(() => table(many, { limit: 0 })).toThrow(/limit is 0/);
});

test('no rows is an empty table', () => {
  expect(table([], { caption: 'Nothing' }).text).toContain('Nothing');
});

test("danfojs' DataFrame and Series, two columns of one name, and a named index", async () => {
  const { DataFrame, Series } = await import('danfojs-node');
  const frame = new DataFrame(
    [
      ['covid', 68, 0.5],
      ['normal', 69, Number.NaN],
    ],
    { columns: ['class', 'n', 'p'] },
  );
  expect(table(frame as never).text.split('\n')).toEqual([
    'class    n      p',
    'covid   68  0.500',
    'normal  69      –',
  ]);
  const counts = new Series([1, 2], { index: ['PA', 'AP'] });
  expect(table(counts as never).text.split('\n')[1]).toMatch(/^PA\s+1$/);
  const twice = { columns: ['a', 'a'], index: [0], values: [[1, 2]] };
  expect(table(twice).text).toBe('a  a\n1  2');
  expect(table(twice, { columns: ['a'] }).text).toBe('a\n1');
});
