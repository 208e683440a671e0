import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DomUtils, parseDocument } from 'htmlparser2';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { writeRecords } from '../../lib/dataset/records';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { collage } from '../../lib/notebook/collage';
import { progressLine } from '../../lib/notebook/progress-bar';
import { outputOf } from '../../lib/notebook/show';
import * as plots from '../../lib/plots/plots';
import { buildReport, type ReportOptions } from '../../lib/report/build';
import { describeData } from '../../lib/report/describe-data';
import { reportAnswers } from '../../lib/report/report-answers';
import { sampleAudit } from '../audit/sample-audit';
import { code, displayed, newFolder, printed, prose, sampleReport, writeNotebookFile } from './sample-report';

type Document = ReturnType<typeof parseDocument>;
const all = (document: Document) => DomUtils.findAll(() => true, document.children);
const elements = (document: Document, name: string) =>
  all(document).filter((element) => element.name === name);
const withClass = (document: Document, name: string) =>
  all(document).filter(({ attribs }) => (attribs.class ?? '').split(' ').includes(name));

async function reportOf(cells: readonly Record<string, unknown>[], more: Partial<ReportOptions> = {}) {
  const folder = await newFolder();
  const notebook = await writeNotebookFile(path.join(folder, 'notebooks', '01-one.ipynb'), cells);
  const output = path.join(folder, 'report', 'index.html');
  await buildReport({ notebooks: [notebook], output, environment: { rows: [] }, ...more });
  const html = await readFile(output, 'utf8');
  return { html, document: parseDocument(html) };
}

describe('a report of four notebooks', () => {
  let html: string;
  let document: Document;
  let bytes: number;
  beforeAll(async () => {
    const options = await sampleReport(await newFolder());
    ({ bytes } = await buildReport(options));
    html = await readFile(options.output, 'utf8');
    document = parseDocument(html);
  });

  test('says what it is: title, language, education only, notices, environment', () => {
    expect(DomUtils.textContent(elements(document, 'h1'))).toBe('Deep transfer learning on chest X-rays');
    expect(elements(document, 'html')[0]!.attribs.lang).toBe('en');
    expect(DomUtils.textContent(withClass(document, 'bar'))).toContain(
      'For education only, never for diagnosis',
    );
    expect(DomUtils.textContent(withClass(document, 'notices'))).toContain('phantoms drawn by code');
    expect(DomUtils.textContent(withClass(document, 'environment'))).toContain('tensorflow 2.19.1 (CPU)');
    // Every notebook's section bears the marks, because sections are read alone.
    expect(withClass(document, 'marks').map((marks) => DomUtils.textContent(marks))).toEqual(
      Array(4).fill('Synthetic dataRandom weights'),
    );
  });

  test('has each library once and is small', () => {
    expect(html.match(/e\.vegaLite=\{\}|\.vegaLite=\{\}/g)).toHaveLength(1);
    expect(elements(document, 'script').filter(({ attribs }) => !attribs.type)).toHaveLength(5);
    expect(bytes).toBe(Buffer.byteLength(html));
    expect(bytes).toBeLessThan(2e6);
  });

  test('names no address that a browser would fetch, and allows none', () => {
    const fetching = ['src', 'srcset', 'poster', 'data', 'action', 'background'];
    for (const element of all(document)) {
      for (const name of fetching) expect(element.attribs[name] ?? 'data:').toMatch(/^data:/);
      if (element.name === 'link') expect(element.attribs.href).toBe('data:,');
    }
    const style = DomUtils.textContent(elements(document, 'style'));
    const others = style.replace(/url\(data:font\/woff2;base64,[\w+/=]+\)/g, '');
    expect(others).not.toMatch(/url\(|@import|https?:/);
    expect(others.length).toBeLessThan(style.length - 40_000);
    expect(html).toContain('SIL OPEN FONT LICENSE Version 1.1');
    const policy = elements(document, 'meta').find((meta) => meta.attribs['http-equiv'])!.attribs.content!;
    expect(policy).toMatch(/^default-src 'none'; script-src ('sha256-[\w+/=]+' ?){5}; /);
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
    for (const script of elements(document, 'script').filter(({ attribs }) => !attribs.type)) {
      const hash = createHash('sha256').update(DomUtils.textContent(script)).digest('base64');
      expect(policy).toContain(`'sha256-${hash}'`);
    }
  });

  test('every link of the contents and of the text has its place, and every place one name', () => {
    const names = all(document).flatMap(({ attribs }) => attribs.id ?? []);
    expect(new Set(names).size).toBe(names.length);
    const links = elements(document, 'a').map(({ attribs }) => attribs.href ?? '');
    const anchors = links.filter((href) => href.startsWith('#'));
    expect(anchors.length).toBeGreaterThan(12);
    for (const href of anchors) expect(names).toContain(href.slice(1));
    expect(links).toContain('#02-datasets-what-the-data-cannot-show');
    expect(links).toContain('https://example.org/article');
    // A file beside the notebooks is not in the report: its name stays, the link does not.
    expect(links.join()).not.toContain('LICENSE');
    expect(DomUtils.textContent(document)).toContain('the licence is not in here');
  });

  test('heading levels do not jump', () => {
    const levels = all(document)
      .filter(({ name }) => /^h[1-6]$/.test(name))
      .map(({ name }) => Number(name[1]));
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, i) => {
      expect(level - levels[i]!).toBeLessThanOrEqual(1);
      expect(level).toBeGreaterThan(1);
    });
  });

  test('what was asked for stands on top, in words', () => {
    const answers = withClass(document, 'answers')[0]!;
    expect(DomUtils.textContent(answers)).toBe('On what137 phantoms of two classes, split by patient.');
  });

  test('charts stand as pictures with words and a size, their specifications beside them', () => {
    const figures = withClass(document, 'chart');
    expect(figures).toHaveLength(7);
    for (const figure of figures) {
      const image = DomUtils.getElementsByTagName('img', figure)[0]!.attribs;
      expect(image.alt!.length).toBeGreaterThan(40);
      expect(Number(image.width)).toBeGreaterThan(100);
      const spec = JSON.parse(DomUtils.textContent(DomUtils.getElementsByTagName('script', figure)));
      expect(spec.description).toBe(image.alt);
    }
  });

  test('code is folded, parameters are not; terminal codes and overwritten lines are gone', () => {
    const cells = withClass(document, 'code').filter(({ name }) => name === 'details');
    expect(cells.map(({ attribs }) => 'open' in attribs)).toEqual([true, ...Array(8).fill(false)]);
    expect(html).toContain('<span class="hljs-keyword">const</span>');
    const texts = withClass(document, 'text').map((text) => DomUtils.textContent(text));
    expect(texts[0]).toBe('read 137 of 137');
    expect(texts[1]).toBe('1 listed file is missing: 000001-27.jpg');
    expect(html).not.toContain('\u001b');
  });

  test('a failed cell is told on top and in its place', () => {
    expect(DomUtils.textContent(withClass(document, 'failed'))).toBe('A cell failed');
    expect(DomUtils.textContent(withClass(document, 'error'))).toContain('models/none is no model folder');
  });

  test('the summary sets each run beside the article', () => {
    const rows = DomUtils.getElementsByTagName('tr', withClass(document, 'runs')).map((row) =>
      DomUtils.getElementsByTagName((name) => name === 'td' || name === 'th', row).map((cell) =>
        DomUtils.textContent(cell),
      ),
    );
    expect(rows[1]).toEqual([
      'VGG16',
      'random',
      'covid, normal synthetic',
      '0.963 [0.817, 0.993]',
      '26 of 27',
      '0.963',
      '9.4 s',
    ]);
    expect(rows[3]!.slice(3, 6)).toEqual(['0.481 [0.307, 0.660]', '13 of 27', '0.481']);
  });
});

test('classes of one’s own stand beside no article', async () => {
  const classes = ['oak', 'willow'];
  const confusion = [
    [8, 0],
    [0, 8],
  ];
  const runs = [{ backbone: 'fractal', classes, evaluation: evaluateConfusion(confusion, classes) }];
  const { document, html } = await reportOf([prose('# One')], { summary: { runs } });
  expect(DomUtils.textContent(withClass(document, 'runs'))).toContain('1.000 [0.806, 1.000]');
  expect(html).not.toMatch(/>Article<|the article, on/);
});

test('runs that look the same bear the names they are kept under', async () => {
  const of = (name: string, weights: string) => ({
    ...{ name, backbone: 'resnet50', title: 'ResNet50', weights },
    ...{ classes: ['covid', 'normal'], evaluation: null },
  });
  const runs = [of('a', 'random'), of('a-own-preprocessing', 'random'), of('b', 'imagenet')];
  const { document } = await reportOf([prose('# One')], { summary: { runs } });
  const names = DomUtils.getElementsByTagName('th', withClass(document, 'runs')).map((cell) =>
    DomUtils.textContent(cell),
  );
  expect(names.filter((name) => name.startsWith('ResNet50'))).toEqual([
    'ResNet50 a',
    'ResNet50 a-own-preprocessing',
    'ResNet50',
  ]);
});

test('a progress bar is set apart from what a cell says', async () => {
  const bar = progressLine({ stage: 'head', done: 25, total: 25 }, 2);
  const { document } = await reportOf([
    prose('# One'),
    code('', [displayed({ 'text/plain': bar }), displayed({ 'text/plain': 'said' })]),
  ]);
  expect(DomUtils.textContent(withClass(document, 'progress'))).toBe(bar);
  expect(withClass(document, 'text').map((text) => DomUtils.textContent(text))).toEqual([bar, 'said']);
});

test('what audits said stands after the summary, each once, and is only text', async () => {
  const spoilt = { ...sampleAudit, expectation: '<script>alert(1)</script>' };
  const { document, html } = await reportOf([prose('# One')], {
    audits: [
      { of: 'dataset/demo', ...sampleAudit },
      { of: 'pictures of vgg16', ...sampleAudit },
      { of: 'others', ...spoilt, tests: spoilt.tests.slice(1) },
    ],
  });
  const section = DomUtils.findOne(
    ({ attribs }) => attribs['aria-labelledby'] === 'audit',
    document.children,
  )!;
  const headings = DomUtils.getElementsByTagName('h3', section).map((heading) =>
    DomUtils.textContent(heading),
  );
  expect(headings).toEqual(['dataset/demo', 'others']);
  // An interval is not broken.
  expect(DomUtils.textContent(section)).toContain(
    'Border onlyAUROC 0.95 [0.91,\u00a00.99]flaggedWords on Border only.flagged if 0.80 or more',
  );
  expect(DomUtils.getElementsByTagName('script', section)).toEqual([]);
  expect(html).toContain('&lt;script&gt;alert(1)');
});

test('the same notebooks give the same bytes', async () => {
  const folder = await newFolder();
  const options = await sampleReport(folder);
  await buildReport(options);
  const first = await readFile(options.output, 'utf8');
  await buildReport(options);
  expect(await readFile(options.output, 'utf8')).toBe(first);
});

test('run.json is taken as it is written: backbone as an object, seconds by part, not evaluated', async () => {
  const run = {
    backbone: { name: 'vgg19', title: 'VGG19', weights: '/home/somebody/vgg19.h5', cut: 'block5_pool' },
    classes: ['covid', 'normal', 'pneumonia'],
    seconds: { features: 3, head: 2, total: 5.25 },
    evaluation: null,
  };
  const { document } = await reportOf([prose('# One')], { summary: { runs: [run] } });
  expect(DomUtils.textContent(withClass(document, 'runs'))).toContain(
    'VGG19vgg19.h5covid, normal, pneumonianot evaluated0.8875.3 s',
  );
});

const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'><!--';

/** Scripts that are not the page's own, handlers, and pictures from elsewhere. */
function intruders(document: Document): string[] {
  return all(document).flatMap(({ name, attribs }) => [
    ...Object.keys(attribs).filter((key) => key.startsWith('on')),
    ...(attribs.src && !attribs.src.startsWith('data:') ? [attribs.src] : []),
    ...(/^javascript:/i.test(attribs.href ?? '') ? [attribs.href!] : []),
    ...(['iframe', 'object', 'embed', 'base', 'form'].includes(name) ? [name] : []),
  ]);
}

describe('hostile text', () => {
  test.each([
    [
      'prose',
      prose(
        `# ${hostile}\n\n## ${hostile}\n\n${hostile}\n\n[a](javascript:alert(1)) <b onclick=alert(1)>x</b>`,
      ),
    ],
    ['a picture’s name', prose(`![${hostile}](<a"onerror="alert(1)>) ![x](https://example.org/a.png)`)],
    ['code', code(`const a = '${hostile}';`)],
    ['printed text', code('1', [printed(hostile), printed(hostile, 'stderr')])],
    ['a table', code('1', [displayed({ 'text/html': `<table><tr><td>${hostile}</td></tr></table>` })])],
    [
      'a picture’s words',
      code('1', [
        displayed({
          'image/svg+xml': `<svg onload="alert(1)"><script>alert(1)</script></svg>`,
          'text/plain': hostile,
        }),
      ]),
    ],
    [
      'an error',
      code('1', [{ output_type: 'error', ename: hostile, evalue: hostile, traceback: [hostile] }]),
    ],
    ['Markdown output', code('1', [displayed({ 'text/markdown': hostile })])],
    ['JSON', code('1', [displayed({ 'application/json': { [hostile]: hostile } })])],
    [
      'a chart',
      code('1', [
        displayed({
          'application/vnd.vegalite.v5+json': {
            description: hostile,
            usermeta: { embedOptions: { config: 'https://example.org/config.json' } },
            data: { values: [{ a: hostile, b: 1 }] },
            mark: 'bar',
            encoding: { x: { field: 'a', type: 'nominal' } },
          },
        }),
      ]),
    ],
  ])('in %s is shown and never obeyed', async (_, cell) => {
    const { html, document } = await reportOf([cell]);
    expect(intruders(document)).toEqual([]);
    const scripts = elements(document, 'script');
    const own = scripts.filter(({ attribs }) => !attribs.type);
    expect([2, 5]).toContain(own.length);
    expect(own.some((script) => DomUtils.textContent(script).startsWith('alert'))).toBe(false);
    for (const script of scripts.filter(({ attribs }) => attribs.type)) {
      const spec = JSON.parse(DomUtils.textContent(script));
      expect(spec.description).toBe(hostile);
      expect(spec.usermeta).toBeUndefined();
    }
    // What follows the hostile text is still in its place.
    expect(html.endsWith('</html>\n')).toBe(true);
    expect(elements(document, 'a').at(-1)?.attribs.class).toBe('up');
  });

  test('in names, notices and figures of runs', async () => {
    const { document } = await reportOf([prose('# One')], {
      title: hostile,
      notices: [hostile, { label: hostile, text: hostile }],
      environment: { rows: [[hostile, hostile]] },
      summary: {
        answers: [[hostile, hostile]],
        runs: [{ backbone: hostile, weights: hostile, classes: [hostile], evaluation: null }],
      },
    });
    expect(intruders(document)).toEqual([]);
    expect(elements(document, 'script')).toHaveLength(2);
    expect(DomUtils.textContent(elements(document, 'h1'))).toBe(hostile);
  });
});

test('hostile names of folders and files, and hostile cells of records.csv, are shown and never obeyed', async () => {
  const attack = '"><img src=x onerror=alert(1)><script>alert(2)<!--';
  const dataset = path.join(await newFolder(), attack);
  const png = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  for (const label of [attack, 'normal']) {
    const folder = path.join(dataset, label);
    await mkdir(folder, { recursive: true });
    const xrays = [1, 2, 3].map((i) => ({
      path: path.join(folder, `${i} ${attack}.png`),
      label,
      patientId: `${i} ${hostile}`,
      source: hostile,
      view: `=cmd|'/c calc'!A1 ${hostile}`,
      sha256: createHash('sha256').update(png).digest('hex'),
      width: 40,
      height: 40,
      license: `[${hostile}](javascript:alert(3))`,
    }));
    for (const xray of xrays) await writeFile(xray.path, png);
    await writeRecords(folder, xrays);
  }
  const xrays = await loadDataset(dataset);
  const data = await describeData(dataset);
  const shown = [xrays, plots.classCounts(xrays), await collage(xrays)].map((value) => {
    const { bundle } = outputOf(value);
    const plain = Object.entries(bundle).map(([mime, part]) => [
      mime,
      part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part,
    ]);
    return displayed(Object.fromEntries(plain));
  });
  const { html, document } = await reportOf([code('1', shown)], {
    environment: { rows: data.rows },
    summary: {
      answers: reportAnswers({
        notebooks: [],
        dataset: attack,
        counts: data.counts,
        synthetic: data.synthetic,
        runs: [],
        audits: [],
        backend: attack,
      }),
    },
  });
  expect(intruders(document)).toEqual([]);
  expect(elements(document, 'script').filter(({ attribs }) => !attribs.type)).toHaveLength(5);
  expect(
    elements(document, 'script')
      .map((script) => DomUtils.textContent(script))
      .join(),
  ).not.toMatch(/^alert/m);
  // All of it is there to be read.
  const text = DomUtils.textContent(elements(document, 'body'));
  for (const part of [attack, hostile, '=cmd|']) expect(text).toContain(part);
  expect(html.endsWith('</html>\n')).toBe(true);
});

describe('pictures', () => {
  test('a large PNG becomes smaller, keeps its size on the page, and says what it is', async () => {
    const width = 600;
    const random = seededRandom(1);
    const noise = Uint8Array.from({ length: width * width }, () => random.integer(256));
    const png = await sharp(noise, { raw: { width, height: width, channels: 1 } })
      .png()
      .toBuffer();
    const output = displayed({ 'image/png': png.toString('base64'), 'text/plain': '[Noise]' });
    const { document } = await reportOf([code('1', [output])]);
    const image = elements(document, 'img')[0]!.attribs;
    expect([image.alt, image.width, image.height]).toEqual(['Noise', '600', '600']);
    expect(image.src?.slice(0, 23)).toBe('data:image/webp;base64,');
    expect(image.src!.length).toBeLessThan(png.toString('base64').length);
  });

  test('are named from the folder that a notebook was written in, wherever its executed copy is', async () => {
    const folder = await newFolder();
    const { notebooks, environment } = await sampleReport(folder);
    const copies = path.join(folder, 'report', 'notebooks');
    await mkdir(copies, { recursive: true });
    const copy = path.join(copies, '01-introduction.ipynb');
    await copyFile(notebooks[0]!, copy);
    const output = path.join(folder, 'report', 'index.html');
    const written = { notebooks: [copy], output, environment };
    const remarks = async (options: ReportOptions) => {
      const { file } = await buildReport(options);
      return (await readFile(file, 'utf8')).match(/is missing/g)?.length ?? 0;
    };
    expect(await remarks(written)).toBe(1);
    expect(await remarks({ ...written, writtenIn: path.join(folder, 'notebooks') })).toBe(0);
  });

  test('attached to a cell, or in the text itself', async () => {
    const png = (
      await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
        .png()
        .toBuffer()
    ).toString('base64');
    const attached = prose('![dot](attachment:a.png)', { attachments: { 'a.png': { 'image/png': png } } });
    const { document } = await reportOf([attached, prose(`![dot](data:image/png;base64,${png})`)]);
    expect(elements(document, 'img').map(({ attribs }) => attribs.width)).toEqual(['3', '3']);
  });

  test.each([
    ['![a](../notebook_images/none.svg)', 'there is no such file'],
    ['![a](https://example.org/a.png)', 'fetches nothing'],
    ['![a](../../../etc/a.svg)', 'outside the project'],
    ['![a](attachment:none.png)', 'not attached'],
  ])('%s is missing, and the report says why', async (text, reason) => {
    const { document } = await reportOf([prose(text)]);
    expect(elements(document, 'img')).toHaveLength(0);
    expect(DomUtils.textContent(withClass(document, 'remark'))).toContain(reason);
  });

  test('what is no picture is named, and the rest stands', async () => {
    const { document } = await reportOf([code('1', [displayed({ 'image/png': 'AAAA' })]), prose('after')]);
    expect(DomUtils.textContent(withClass(document, 'remark'))).toContain('could not be read');
    expect(DomUtils.textContent(document)).toContain('after');
  });
});

test('a chart without a picture is drawn; one that cannot be drawn is named', async () => {
  const spec = {
    data: { values: [{ a: 1 }] },
    mark: 'point',
    encoding: { x: { field: 'a', type: 'quantitative' } },
  };
  const chart = (value: object) => displayed({ 'application/vnd.vegalite.v5+json': value });
  const { document } = await reportOf([code('1', [chart(spec), chart({ mark: 7 })])]);
  expect(withClass(document, 'chart')).toHaveLength(1);
  expect(DomUtils.textContent(withClass(document, 'remark'))).toContain('could not be drawn');
});

describe('bad input', () => {
  const build = (notebooks: string[]) =>
    buildReport({
      notebooks,
      output: path.join(path.dirname(notebooks[0] ?? '.'), 'r.html'),
      environment: { rows: [] },
    });

  test('no notebooks', () => expect(build([])).rejects.toThrow(InputError));

  test.each([
    ['{', 'is not JSON'],
    ['{"nbformat": 3, "worksheets": []}', 'format 4'],
    ['{"nbformat": 4, "cells": [{}]}', 'cell 1'],
  ])('%s', async (content, reason) => {
    const file = path.join(await newFolder(), 'a.ipynb');
    await writeFile(file, content);
    await expect(build([file])).rejects.toThrow(reason);
    await expect(build([file])).rejects.toThrow(InputError);
  });

  test('notebooks of one name, without headings, empty', async () => {
    const folder = await newFolder();
    const files = [path.join(folder, 'a', 'x.ipynb'), path.join(folder, 'b', 'x.ipynb')];
    for (const file of files) await writeNotebookFile(file, []);
    const output = path.join(folder, 'r.html');
    await buildReport({ notebooks: files, output, environment: { rows: [] } });
    const titles = elements(parseDocument(await readFile(output, 'utf8')), 'h2');
    expect(titles.map(({ attribs }) => attribs.id)).toEqual(['x', 'x-2']);
  });
});
