import * as vega from 'vega';
import { compile } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { chartSvg } from '../../lib/notebook/chart';
import { textWidth } from '../../lib/notebook/text-width';
import type { ChartSpec } from '../../lib/plots/theme';
import { plots } from '../plots/samples';

// Vega numbers its clip paths through the process.
const withoutIds = (svg: string) =>
  svg.replace(/(clip|gradient_)\d+/g, '$1').replace(/ role="img" aria-label="[^"]*"/, '');

describe.each(Object.entries(plots))('%s', (_, spec) => {
  test('at once is the same as Vega draws later', async () => {
    const svg = chartSvg(spec);
    const view = new vega.View(vega.parse(compile(spec as never).spec), { renderer: 'none' });
    expect(withoutIds(svg)).toBe(withoutIds(await view.toSVG()));
  });
});

test('the description stands in the SVG, escaped', () => {
  const spec: ChartSpec = {
    description: 'a < b & "c"',
    data: { values: [{ a: 1 }] },
    mark: 'point',
    encoding: { x: { field: 'a', type: 'quantitative' } },
  };
  expect(chartSvg(spec)).toMatch(/^<svg role="img" aria-label="a &lt; b &amp; &quot;c&quot;" /);
});

test('warnings arrive, and nonsense throws', () => {
  const warnings: unknown[] = [];
  const data = { values: [{ a: 1 }] };
  const encoding = { x: { field: 'a', type: 'quantitative' }, color: { bin: 'nothing' } };
  chartSvg({ data, mark: 'point', encoding }, (warning) => warnings.push(warning));
  expect(warnings.length).toBeGreaterThan(0);
  expect(() => chartSvg({ nonsense: true })).toThrow();
});

// As the fonts' own advance widths say (Liberation Sans 2, read with fontTools), at 100 px.
test.each([
  ['Confusion matrix', false, 750.3, 0.2],
  ['0.963 [0.817, 0.993]', false, 889.6, 0.2],
  ['X-rays without COVID-19 that were called not COVID', false, 2362, 0.2],
  ['Confusion matrix', true, 822.3, 30],
  ['X-rays without COVID-19 that were called not COVID', true, 2483.8, 30],
  ['', false, 0, 0],
])('width of "%s", bold %s', (text, bold, width, tolerance) => {
  expect(Math.abs(textWidth(text, 100, bold) - width)).toBeLessThanOrEqual(tolerance);
});

test('bold letters are wider, Chinese ones as wide as high', () => {
  expect(textWidth('covid', 10, true)).toBeGreaterThan(textWidth('covid', 10));
  expect(textWidth('肺', 10)).toBe(10);
});

test('a title has room also in DejaVu Sans Bold', () => {
  const widthWith = (text: string) => {
    const title = { text, fontSize: 10, anchor: 'start' };
    const svg = chartSvg({ title, width: 5, height: 5, data: { values: [{}] }, mark: 'point' });
    return Number(/ width="([\d.]+)"/.exec(svg)![1]);
  };
  const text = 'own preprocessing';
  // As DejaVu Sans Bold 2.37 says.
  expect(widthWith(`iiiiiiiiiiii${text}`) - widthWith('iiiiiiiiiiii')).toBeGreaterThanOrEqual(107);
});

test('a label has room also in DejaVu Sans, which is wider', () => {
  const widthWith = (name: string) => {
    const encoding = { y: { field: 'name', type: 'nominal', title: null } };
    return Number(
      / width="([\d.]+)"/.exec(chartSvg({ data: { values: [{ name }] }, mark: 'point', encoding }))![1],
    );
  };
  const text = 'own preprocessing';
  // As DejaVu Sans 2.37 says, at Vega's 10 px.
  expect(widthWith(`i${text}`) - widthWith('i')).toBeGreaterThanOrEqual(94);
});
