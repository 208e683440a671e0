import { spawnSync } from 'node:child_process';
import sharp from 'sharp';
import { afterEach, expect, test, vi } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { syntheticSource } from '../../lib/dataset/xray';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { auditText } from '../../lib/notebook/describe-audit';
import { outputOf, show } from '../../lib/notebook/show';
import { table } from '../../lib/notebook/table';
import { sampleAudit } from '../audit/sample-audit';
import { plots, split, xrays } from '../plots/samples';

afterEach(() => vi.restoreAllMocks());

const textOf = (value: unknown) => String(outputOf(value).bundle['text/plain']);

test('a chart is interactive where it can be, an SVG where not, and never HTML', () => {
  const { bundle, metadata } = outputOf(plots.confusion);
  expect(Object.keys(bundle)).toEqual(['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain']);
  expect(bundle['application/vnd.vegalite.v5+json']).toBe(plots.confusion);
  expect(bundle['image/svg+xml']).toMatch(/^<svg /);
  expect(bundle['text/plain']).toContain('True normal called covid: 1 (7.1 %)');
  expect(metadata).toMatchObject({
    'application/vnd.vegalite.v5+json': { embed_options: { renderer: 'svg' } },
    'image/svg+xml': { alt: bundle['text/plain'] },
  });
});

test('a chart without $schema is known by its marks', () => {
  const { $schema, ...spec } = plots.counts;
  expect($schema).toContain('vega-lite');
  expect(Object.keys(outputOf(spec).bundle)).toContain('application/vnd.vegalite.v5+json');
});

test('an evaluation is a table with intervals and both names of recall', () => {
  const evaluation = evaluateConfusion(
    [
      [13, 0],
      [14, 0],
    ],
    ['covid', 'normal'],
  );
  const lines = textOf(evaluation).split('\n');
  expect(lines[0]).toBe('27 pictures, accuracy 0.481 [0.307, 0.660]');
  expect(lines[1]).toMatch(/class +precision +sensitivity \(recall\) +specificity +F1 +support/);
  expect(lines[2]).toMatch(/^covid +0\.481 \[0\.307, 0\.660\] +1\.000 \[0\.772, 1\.000\]/);
  expect(lines[3]).toMatch(/^normal +– +0\.000/);
  expect(lines[4]).toContain('For education only');
  const scored = evaluatePredictions(
    ['covid', 'normal'],
    [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
    ['covid', 'normal'],
  );
  expect(textOf(scored)).toMatch(
    /AUROC 1\.000 .*log loss 0\.164 \[0\.\d+, 0\.\d+\], Brier score 0\.050 \[0\.\d+, 0\.\d+\]/,
  );
});

test('an audit is a table, a row a test, under what to expect', () => {
  const { bundle } = outputOf(sampleAudit);
  const lines = String(bundle['text/plain']).split('\n');
  expect(lines[0]).toBe(sampleAudit.expectation);
  expect(lines[1]).toMatch(/^test +measure +figure +verdict +what was found +rule$/);
  expect(lines[2]).toMatch(/^Whole pictures +AUROC +0\.99 \[0\.98, 1\.00\]/);
  expect(lines[3]).toMatch(/^Identical files +pictures too many +2 +flagged +2 files/);
  expect(lines[4]).toMatch(/^Border only +AUROC +0\.95 \[0\.91, 0\.99\] +flagged/);
  expect(lines[6]).toMatch(/^The projection +AUROC +– +not tested/);
  expect(lines.at(-1)).toContain('For education only');
  expect(bundle['text/html']).toContain('<table>');
});

test('an audit for a terminal names the classes, every test with its rule, and the nearest pairs', () => {
  const text = auditText(sampleAudit);
  expect(text).toContain('normal: 69 pictures of 64 patients (60 taken for the tests that learn)');
  expect(text).toContain('FLAGGED     Border only. Words on Border only. (flagged if 0.80 or more)');
  expect(text).toContain('NOT TESTED  The projection. Words on The projection.\n');
  expect(text).toContain('12 of 256 bits: /data/a.png  /data/b.png');
  expect(text.split('\n').at(-2)).toBe(`FLAGGED. ${sampleAudit.expectation}`);
});

test('records and splits are tables of counts', () => {
  expect(textOf(xrays)).toContain('24 pictures of 12 patients');
  expect(textOf(xrays)).toMatch(/covid +10 +5 +covid-chestxray-dataset +PA +1000–1009 +900–909/);
  const lines = textOf(split).split('\n');
  expect(lines[0]).toMatch(/^Split by patient, seed 42: \d+ patients on two sides$/);
  expect(lines[2]).toMatch(/^covid +6 +2 +2 +5$/);
  expect(lines[4]).toMatch(/^all +14 +5 +5 +12$/);
  expect(textOf(xrays.map((xray) => ({ ...xray, source: syntheticSource })))).toContain('Synthetic phantoms');
});

test('pictures by their first bytes', async () => {
  const image = sharp({ create: { width: 2, height: 2, channels: 3, background: '#000' } });
  const png = await image.clone().png().toBuffer();
  expect(outputOf(png).bundle['image/png']).toBe(png);
  expect(Object.keys(outputOf(await image.clone().jpeg().toBuffer()).bundle)).toContain('image/jpeg');
  expect(outputOf(new Uint8Array([1, 2])).bundle).toEqual({ 'text/plain': 'unknown bytes, 2 bytes' });
});

test('markup, tables, text, and whatever else', () => {
  expect(outputOf({ html: '<b>x</b>' }).bundle).toEqual({
    'text/html': '<b>x</b>',
    'text/plain': '<b>x</b>',
  });
  expect(outputOf({ markdown: '**x**', text: 'x' }).bundle).toEqual({
    'text/markdown': '**x**',
    'text/plain': 'x',
  });
  expect(Object.keys(outputOf(table([{ a: 1 }])).bundle)).toEqual(['text/html', 'text/plain']);
  expect(textOf('plain')).toBe('plain');
  expect(textOf({ html: 1, other: 2 })).toBe('{ html: 1, other: 2 }');
  expect(textOf(undefined)).toBe('undefined');
});

test('outside a notebook it prints text and returns nothing', () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  expect(show(table([{ a: 1 }]))).toBeUndefined();
  expect(log.mock.calls).toEqual([['a\n1']]);
});

test('importing it loads neither Vega nor sharp', () => {
  // Type-stripping is not in every Node: TypeScript's own transpiler, module by module, through require.
  const script = `
    const ts = require('typescript'), fs = require('fs');
    require.extensions['.ts'] = (m, f) => m._compile(ts.transpileModule(fs.readFileSync(f, 'utf8'),
      { compilerOptions: { module: 'commonjs', target: 'es2022', esModuleInterop: true } }).outputText, f);
    require('./lib/notebook/show.ts'); require('./lib/notebook/collage.ts'); require('./lib/notebook/progress-bar.ts');
    require('./lib/plots/plots.ts');
    console.log(JSON.stringify(Object.keys(require.cache).filter((f) => /node_modules.(vega|sharp|tslab|@tensorflow)/.test(f))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: projectFolder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([]);
});
