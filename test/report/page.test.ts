import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildReport } from '../../lib/report/build';
import { chromium as installed, launchOptions } from './browser';
import { code, displayed, newFolder, prose, sampleReport, writeNotebookFile } from './sample-report';

describe.skipIf(!installed)('in Chromium (skipped: none found; name one in CHROMIUM)', () => {
  let browser: Browser;
  let address: string;
  beforeAll(async () => {
    const { file } = await buildReport(await sampleReport(await newFolder()));
    address = pathToFileURL(file).href;
    browser = await chromium.launch(launchOptions);
  });
  afterAll(() => browser?.close());

  /** Opens a page; what it asks for, what it complains of, and what its policy stopped are kept. */
  async function open(url: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on(
      'console',
      (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()),
    );
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return { page, requests, complaints };
  }

  const scrollThrough = (page: Page) =>
    page.evaluate(async () => {
      for (let y = 0; y < document.body.scrollHeight; y += 600) {
        scrollTo({ top: y, behavior: 'instant' });
        await new Promise((done) => setTimeout(done, 60));
      }
    });

  test('every chart becomes interactive, nothing is fetched, nothing jumps', async () => {
    const { page, requests, complaints } = await open(address, { viewport: { width: 1400, height: 900 } });
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await scrollThrough(page);
    await page.waitForFunction(() => document.querySelectorAll('figure.chart:not(.ready)').length === 0);
    expect(await page.locator('figure.chart.ready svg.marks').count()).toBe(7);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([address]);
    expect(complaints).toEqual([]);
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifts.reduce((a, b) => a + b, 0)).toBeLessThan(0.01);
    const boxes = await page.$$eval('figure.chart', (charts) =>
      charts.map((chart) => {
        const [image, live] = [chart.querySelector('img')!, chart.querySelector('svg.marks')!];
        const [still, drawn] = [image.getBoundingClientRect(), live.getBoundingClientRect()];
        return Math.max(Math.abs(still.width - drawn.width), Math.abs(still.height - drawn.height));
      }),
    );
    expect(Math.max(...boxes)).toBeLessThan(1);
    await page.context().close();
  });

  test('is set in the font that it brings along, pictures of charts too', async () => {
    const { page, complaints } = await open(address);
    const loaded = await page.evaluate(async () => {
      await document.fonts.ready;
      const cuts: string[] = [];
      document.fonts.forEach(({ family, weight, status }) => {
        if (status === 'loaded') cuts.push(`${family} ${weight}`);
      });
      return cuts;
    });
    expect(loaded).toEqual(expect.arrayContaining(['Arimo 400', 'Arimo 600', 'Arimo 700']));
    // A picture sees no fonts of the page: its own must be in it. The same letters without it are as the system has them.
    const widths = await page.evaluate(async () => {
      const picture = document.querySelector<HTMLImageElement>('figure.chart img')!;
      const svg = atob(picture.src.split(',')[1]!);
      const [style] = /<style>@font-face[^<]*<\/style>/.exec(svg)!;
      const inked = async (font: string, rules: string) => {
        const text = `<text y="50" font-size="40" font-family="${font}">covid, normal 0.963</text>`;
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="900" height="80">${rules}${text}</svg>`)}`;
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 80 });
        const drawing = canvas.getContext('2d')!;
        drawing.drawImage(image, 0, 0);
        const { data } = drawing.getImageData(0, 0, 900, 80);
        let right = 0;
        for (let at = 3; at < data.length; at += 4) if (data[at]) right = Math.max(right, (at >> 2) % 900);
        return right;
      };
      return {
        ours: await inked('Arimo, monospace', style),
        without: await inked('Arimo, monospace', ''),
      };
    });
    expect(widths.without).toBeGreaterThan(widths.ours + 20);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a tooltip shows a point’s figures', async () => {
    const { page } = await open(address, { viewport: { width: 1400, height: 900 } });
    const chart = page.locator('figure.chart').nth(2);
    await chart.scrollIntoViewIfNeeded();
    await chart.locator('svg.marks').waitFor();
    await chart
      .locator('svg.marks .mark-rect path')
      .first()
      .hover({ position: { x: 12, y: 12 } });
    await page.locator('#vg-tooltip-element.visible').waitFor();
    expect(await page.locator('#vg-tooltip-element').textContent()).toContain('share of the row');
    await page.context().close();
  });

  test('a chart can be saved, from a menu that stays shut beside it', async () => {
    const { page } = await open(address, { viewport: { width: 1400, height: 900 } });
    const chart = page.locator('figure.chart').first();
    await chart.scrollIntoViewIfNeeded();
    await chart.locator('summary').waitFor();
    expect(await chart.getByText('Save as PNG').isVisible()).toBe(false);
    const [menu, drawn] = [
      await chart.locator('summary').boundingBox(),
      await chart.locator('img').boundingBox(),
    ];
    expect(menu!.x).toBeGreaterThanOrEqual(drawn!.x + drawn!.width);
    await chart.locator('summary').click();
    const saved = page.waitForEvent('download');
    await chart.getByText('Save as PNG').click();
    expect((await saved).suggestedFilename()).toMatch(/\.png$/);
    await page.context().close();
  });

  test.each([1400, 800, 400])('fits %i pixels', async (width) => {
    const { page } = await open(address, { viewport: { width, height: 900 } });
    await scrollThrough(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const side = await page.locator('#contents').boundingBox();
    expect(side!.width < width / 3).toBe(width >= 1024);
    await page.context().close();
  });

  test('dark where the reader wants dark, text and ground far enough apart in both', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(address, { colorScheme });
      const [ground, text] = await page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return [backgroundColor, color].map((value) => value.match(/\d+/g)!.map(Number));
      });
      const light = (rgb: number[]) => rgb.reduce((a, b) => a + b, 0) / 3;
      expect(light(ground!) > 128).toBe(colorScheme === 'light');
      expect(Math.abs(light(ground!) - light(text!))).toBeGreaterThan(180);
      await page.context().close();
    }
  });

  test('keyboard: first to the report, then everything; code unfolds at once', async () => {
    const { page } = await open(address);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the report');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('report');
    await page.locator('#unfold').focus();
    await page.keyboard.press('Space');
    expect(await page.locator('details.code:not([open])').count()).toBe(0);
    await page.keyboard.press('Space');
    expect(await page.locator('details.code[open]').count()).toBe(1);
    await page.context().close();
  });

  test('without scripts the charts are there as pictures, and code can be unfolded', async () => {
    const { page, complaints } = await open(address, { javaScriptEnabled: false });
    const image = page.locator('figure.chart img').first();
    await image.scrollIntoViewIfNeeded();
    expect(await image.isVisible()).toBe(true);
    expect(await page.locator('#unfold').isVisible()).toBe(false);
    await page.locator('details.code:not([open]) summary').first().click();
    expect(await page.locator('details.code[open]').count()).toBe(2);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('on paper: pictures of the charts, no folded code, no buttons', async () => {
    const { page } = await open(address, { viewport: { width: 900, height: 900 } });
    await scrollThrough(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('details.code[data-parameters]').isVisible()).toBe(true);
    expect(await page.locator('details.code:not([data-parameters])').first().isVisible()).toBe(false);
    expect(await page.locator('figure.chart img').first().isVisible()).toBe(true);
    expect(await page.locator('figure.chart .live').first().isVisible()).toBe(false);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });

  test('on paper nothing is wider than the page, however long a line of code or wide a table', async () => {
    const folder = await newFolder();
    const columns = Array.from(
      { length: 12 },
      (_, i) => `<td style="white-space: nowrap">0.${i}88 [0.701, 0.952]</td>`,
    );
    const notebook = await writeNotebookFile(path.join(folder, 'wide.ipynb'), [
      prose(`# Wide\n\n${'A sentence that is broken where the line ends. '.repeat(6)}`),
      code(`const params = { ${'epochs: 25, '.repeat(30)} };`, [], ['parameters']),
      code('show(rows);', [
        displayed({ 'text/html': `<table><tbody><tr>${columns.join('')}</tr></tbody></table>` }),
      ]),
    ]);
    const { file } = await buildReport({
      notebooks: [notebook],
      output: path.join(folder, 'wide.html'),
      environment: { rows: [['back end', 'tensorflow']] },
    });
    // A letter page between its margins, CSS pixels.
    const { page } = await open(pathToFileURL(file).href, { viewport: { width: 720, height: 960 } });
    await page.emulateMedia({ media: 'print' });
    const widest = () =>
      page.$$eval('.page *', (all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)));
    expect(await widest()).toBeLessThanOrEqual(720);
    await page.context().close();
  });

  test('hostile text runs nowhere, and a chart that wants an address stays a picture', async () => {
    const folder = await newFolder();
    const attack = '</script><script>window.attacked = 1</script><img src=x onerror="window.attacked = 1">';
    const chart = (data: object) => ({
      description: attack,
      data,
      mark: { type: 'point', tooltip: true, href: 'javascript:attacked=1' },
      encoding: {
        x: { field: 'a', type: 'nominal', title: attack },
        tooltip: { field: 'a', title: attack },
        href: { field: 'b', type: 'nominal' },
      },
    });
    const values = [{ a: attack, b: 'javascript:window.attacked=1' }];
    const output = (spec: object, svg: string) =>
      displayed({ 'application/vnd.vegalite.v5+json': spec, 'image/svg+xml': svg, 'text/plain': attack });
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" onload="top.attacked=1"><script>top.attacked=1</script></svg>';
    const notebook = await writeNotebookFile(`${folder}/notebooks/a.ipynb`, [
      prose(`# ${attack}`),
      code(attack, [
        output(chart({ values }), svg),
        output(chart({ url: 'https://example.org/data.json' }), svg),
        displayed({ 'text/html': `<table><tr><td>${attack}</td></tr></table>` }),
      ]),
    ]);
    const { file } = await buildReport({
      notebooks: [notebook],
      output: `${folder}/report/index.html`,
      environment: { rows: [[attack, attack]] },
    });
    const { page, requests } = await open(pathToFileURL(file).href, {
      viewport: { width: 1000, height: 1400 },
    });
    await page.locator('figure.chart').first().locator('svg.marks').waitFor({ state: 'attached' });
    const point = page.locator('svg.marks .mark-symbol path').first();
    await point.hover();
    await point.click();
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => 'attacked' in window)).toBe(false);
    expect(requests.filter((url) => !/^(data|file):/.test(url))).toEqual([]);
    await page.context().close();
  });
});
