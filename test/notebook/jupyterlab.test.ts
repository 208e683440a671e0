import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { contrast } from '../../lib/plots/colors';
import { chromium as installed, launchOptions } from '../report/browser';
import { writeClassFolders } from '../transfer/class-folders';
import { notebookFolder, writeTestNotebook } from './write-notebook';

const lab = path.join(projectFolder, '.venv', 'bin', 'jupyter-lab');
const token = 'of-this-test';
const patience = 120_000;
vi.setConfig({ testTimeout: 2 * patience });

const setting = [
  `import {
  liveHistory, loadDataset, plots, progressBar, show, splitDataset, transferLearn,
} from '../dist/index';
const options = { backbone: 'pixels', preset: 'article' as const, augment: 0 };`,
  `const xrays = await loadDataset('../data');
const split = splitDataset(xrays, { test: 0.2, seed: 1, grouping: 'image' });
split`,
];
const clean = [
  ...setting,
  `const model = await transferLearn(split, { ...options, epochs: 400, onProgress: liveHistory() });
model`,
  'show(plots.classCounts(split));',
  '',
  'xrays',
  `import { evaluate } from '../dist/index';
await evaluate(model, split.test)`,
  `import * as danfo from 'danfojs-node';
new danfo.DataFrame([[3, 'left'], [5, 'right']], { columns: ['count', 'side'] })`,
];
const troubled = [
  ...setting,
  `interface Wish { epochs: number }
const wish: Wish = { epochs: 10_000 };
const long = await transferLearn(split, { ...options, ...wish, hiddenUnits: 1024, onProgress: progressBar() });`,
  `const model = await transferLearn(split, { ...options, epochs: 5, onProgress: progressBar() });
show(model.history.epochs.length + ' epochs of ' + xrays.length + ' pictures');`,
  `// A name with a mistake in it.
const wrong: string = 'vgg61';
const never = await transferLearn(split, { ...options, backbone: wrong });`,
  `console.log('after the mistake');`,
];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

describe.skipIf(!installed || !existsSync(lab))(
  'JupyterLab in Chromium (needs .venv and a browser, skipped without; name one in CHROMIUM)',
  () => {
    let folder: string;
    let address: string;
    let server: ChildProcess;
    let said = '';
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;

    beforeAll(async () => {
      folder = await notebookFolder();
      const inFolder = (...parts: string[]) => path.join(folder, ...parts);
      await mkdir(inFolder('notebooks'));
      await symlink(path.join(projectFolder, 'dist'), inFolder('dist'), 'junction');
      await writeClassFolders(inFolder('data'), ['covid', 'normal'], 20);
      const start = path.join('notebooks', '00-start.ipynb');
      await copyFile(path.join(projectFolder, start), inFolder(start));
      await writeTestNotebook(inFolder('notebooks', 'clean.ipynb'), clean);
      await writeTestNotebook(inFolder('notebooks', 'troubled.ipynb'), troubled);
      const port = await freePort();
      address = `http://127.0.0.1:${port}`;
      server = spawn(
        process.execPath,
        [
          path.join(projectFolder, 'scripts', 'lab.mjs'),
          ...['--no-browser', `--ServerApp.port=${port}`, '--ServerApp.port_retries=0'],
          ...[`--ServerApp.root_dir=${folder}`, `--IdentityProvider.token=${token}`],
          // In a container everybody is root.
          ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
        ],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
          env: {
            ...process.env,
            // Nobody's own settings, none left behind.
            ...{ JUPYTER_CONFIG_DIR: inFolder('config'), JUPYTER_DATA_DIR: inFolder('share') },
            ...{ JUPYTER_RUNTIME_DIR: inFolder('runtime'), XRAY_CACHE: inFolder('cache') },
          },
        },
      );
      for (const stream of [server.stdout!, server.stderr!]) stream.on('data', (part) => (said += part));
      const up = async () => {
        const status = await fetch(`${address}/api/status?token=${token}`).catch(() => undefined);
        return status?.ok ?? false;
      };
      // Python's imports take their time where others work too.
      for (let tries = 0; tries < 1000 && !(await up()); tries++) await sleep(200);
      expect(await up(), said).toBe(true);
      browser = await chromium.launch(launchOptions);
      context = await browser.newContext({ viewport: { width: 1400, height: 2400 } });
      // Pages are slow to come on a busy machine.
      context.setDefaultTimeout(patience);
      page = await context.newPage();
    });
    afterAll(async () => {
      await browser?.close();
      if (server && server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGTERM');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    });

    const cell = (index: number) => page.locator('.jp-Notebook .jp-Cell').nth(index);
    const outputs = (index: number) => cell(index).locator('.jp-OutputArea-output');

    /** Opens a notebook and waits for its kernel. */
    async function open(name: string) {
      await page.goto(`${address}/lab/tree/notebooks/${name}?reset&token=${token}`);
      await cell(1).waitFor();
      await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    }
    /** Runs a cell that has not run yet. Keys pressed before the page is wholly there are lost. */
    async function start(index: number) {
      const idle = cell(index).locator('.jp-InputPrompt').getByText('[ ]:');
      for (let tries = 0; tries < 10; tries++) {
        await cell(index).locator('.cm-content').click();
        await page.keyboard.press('Control+Enter');
        const begun = await idle.waitFor({ state: 'detached', timeout: 5000 }).then(
          () => true,
          () => false,
        );
        if (begun) return;
      }
      throw new Error(`cell ${index + 1} does not start`);
    }
    const ran = (index: number, count: number | RegExp = /\[\d+\]:/) =>
      cell(index)
        .locator('.jp-InputPrompt')
        .getByText(typeof count === 'number' ? `[${count}]:` : count)
        .waitFor();
    async function runCell(index: number) {
      await start(index);
      await ran(index);
    }
    /** Saves the open notebook and waits until it is on disk. */
    async function save(name: string) {
      await page.keyboard.press('Control+s');
      const written = () => readFile(path.join(folder, 'notebooks', `${name}.ipynb`), 'utf8');
      for (let tries = 0; tries < 100 && !(await written()).includes('"display_data"'); tries++)
        await sleep(100);
    }
    const textOf = async (index: number) => (await outputs(index).allTextContents()).join('\n');

    test('it opens at a start page that says in what order to read', async () => {
      await page.goto(`${address}/?token=${token}`);
      await cell(1).getByRole('heading', { name: 'In what order' }).waitFor();
      const links = await cell(1).locator('td a').allTextContents();
      expect(links).toEqual([...links].sort());
      expect(links.length).toBeGreaterThan(10);
      expect(page.url()).toContain('/lab/tree/notebooks/00-start.ipynb');
    });

    test('cells run; what ends a cell is a table or a card', async () => {
      await open('clean.ipynb');
      await runCell(0);
      await runCell(1);
      expect(await outputs(1).locator('table').count()).toBe(1);
      expect(await textOf(1)).toContain('Split by image, seed 1');
      const curves = await page.evaluateHandle(() => {
        const drawn = new Set<string>();
        const isRunning = () => document.querySelector('.jp-Notebook')!.textContent.includes('[*]:');
        const note = () => {
          const curve = document.querySelector('svg.marks .mark-line path')?.getAttribute('d');
          if (curve && isRunning()) drawn.add(curve);
        };
        new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
        return drawn;
      });
      await runCell(2);
      // The chart moves while the cell still trains.
      expect(await curves.evaluate(({ size }) => size)).toBeGreaterThan(1);
      const told = await textOf(2);
      expect(told).toMatch(/head {2}█{24} 100 % {2}400\/400/);
      expect(told).toContain('32×32 pixels with a head for covid, normal');
      expect(told).not.toMatch(/Float32Array|\[Function/);
      const fonts = await page.evaluate(async () => {
        await document.fonts.ready;
        const loaded: string[] = [];
        document.fonts.forEach(({ family, status }) => {
          if (status === 'loaded') loaded.push(family);
        });
        return loaded;
      });
      expect(fonts).toContain('Arimo');
    });

    test.each([
      [5, ['covid', 'normal', 'patients'], /Float32Array|sha256|\[Object/],
      [6, ['accuracy', 'sensitivity (recall)', '95 % intervals'], /perClass|scores/],
      [7, ['count', 'side', 'left'], /\$data|\$columns/],
    ])(
      'cell %i: records, an evaluation, a data frame are tables, never internals',
      async (index, words, never) => {
        await runCell(index);
        await outputs(index).locator('table').first().waitFor();
        const told = await textOf(index);
        for (const word of words) expect(told).toContain(word);
        expect(told).not.toMatch(never);
      },
    );

    test('charts appear, that of the training whole', async () => {
      await runCell(3);
      for (const index of [2, 3]) {
        const chart = cell(index).locator('.vega-embed svg, .vega-embed canvas').first();
        await chart.waitFor();
        expect((await chart.boundingBox())!.width).toBeGreaterThan(300);
      }
      expect(await outputs(2).locator('.vega-embed').count()).toBe(1);
    });

    test.each([
      ['transferLearn', /the base stays frozen/],
      ['plots.history', /Loss and accuracy over the epochs/],
      // Where one wonders about arguments.
      ['splitDataset(xrays, { ', /Divides records into train/],
    ])('Shift+Tab behind %s shows its doc comment', async (code, doc) => {
      await cell(4).locator('.cm-content').click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type(code);
      await page.keyboard.press('Shift+Tab');
      const tip = page.locator('.jp-Tooltip');
      await tip.waitFor();
      expect(await tip.textContent()).toMatch(doc);
      await page.keyboard.press('Escape');
      await cell(4).locator('.cm-content').click();
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Delete');
    });

    test.each([
      ['plots.c', 0, ['calibration', 'classCounts', 'confusionMatrix'], /Reliability diagram/],
      // What stands behind the name is needed to know it.
      ["import { split } from '../dist/index';", 24, ['splitDataset'], /Divides records into train/],
    ])(
      'Tab in %s offers the names that there are, the doc comment beside',
      async (code, back, names, doc) => {
        await cell(4).locator('.cm-content').click();
        await page.keyboard.insertText(code);
        for (let i = 0; i < back; i++) await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('Tab');
        const list = page.locator('.jp-Completer:not(.lm-mod-hidden)');
        for (const name of names) await list.getByText(name, { exact: true }).first().waitFor();
        await list.locator('.jp-Completer-docpanel').getByText(doc).waitFor();
        await page.keyboard.press('Escape');
        await cell(4).locator('.cm-content').click();
        await page.keyboard.press('Control+a');
        await page.keyboard.press('Delete');
      },
    );

    /** How far anything in an output stands out of its frame, in pixels, and the least contrast of a chart's text. */
    const look = () =>
      page.evaluate(() => {
        const color = (text: string) => {
          const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g)!.map(Number);
          return { rgb: [red!, green!, blue!], alpha };
        };
        const ground = color(getComputedStyle(document.querySelector('.jp-Notebook')!).backgroundColor).rgb;
        const hex = (rgb: readonly number[]) =>
          `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
        const charts = Array.from(document.querySelectorAll('.jp-RenderedVegaCommon5'));
        const texts = charts.flatMap((chart) => Array.from(chart.querySelectorAll('svg.marks text')));
        const frames = Array.from(document.querySelectorAll('.jp-OutputArea-output'));
        return {
          charts: charts.map((chart) => {
            const { width } = chart.querySelector('svg.marks')!.getBoundingClientRect();
            return { width, frame: chart.clientWidth, scrolled: chart.scrollWidth - chart.clientWidth };
          }),
          // Whatever is wider than its frame must be reached by scrolling.
          hidden: frames.filter(
            (frame) =>
              frame.scrollWidth > frame.clientWidth + 1 &&
              !['auto', 'scroll'].includes(getComputedStyle(frame).overflowX),
          ).length,
          outside: frames.filter(
            (frame) =>
              frame.getBoundingClientRect().right >
              document.querySelector('.jp-NotebookPanel')!.getBoundingClientRect().right,
          ).length,
          ground: hex(ground),
          texts: texts.map((text) => {
            const { rgb, alpha } = color(getComputedStyle(text).fill);
            return hex(rgb.map((value, i) => alpha * value + (1 - alpha) * ground[i]!));
          }),
        };
      });

    test.each(['Light', 'Dark'])(
      'in JupyterLab %s charts fit at 1400 and 800 pixels, and their text is read easily',
      async (theme) => {
        await page.getByRole('menuitem', { name: 'Settings' }).click();
        const item = (name: string) => page.locator('.lm-Menu-itemLabel').getByText(name, { exact: true });
        await item('Theme').hover();
        await item(`JupyterLab ${theme}`).click();
        await page.locator(`body[data-jp-theme-name="JupyterLab ${theme}"]`).waitFor({ state: 'attached' });
        for (const width of [800, 1400]) {
          await page.setViewportSize({ width, height: 2400 });
          // The page follows its window a moment later.
          const laidOut = async () => (await look()).charts.map(({ frame }) => frame < 600);
          await expect.poll(laidOut, { timeout: patience }).toEqual([width === 800, width === 800]);
          const { charts, hidden, outside, ground, texts } = await look();
          expect({ hidden, outside }).toEqual({ hidden: 0, outside: 0 });
          expect(charts[0]!.width).toBeGreaterThan(400);
          for (const { width: wide, frame, scrolled } of charts) {
            // Shrunk, but not so far that it cannot be read.
            expect(wide).toBeLessThanOrEqual(Math.max(frame, 528));
            if (width === 1400) expect(scrolled).toBe(0);
          }
          expect(texts.length).toBeGreaterThan(20);
          for (const text of texts) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
        }
      },
    );

    test('restart and run all counts from 1 and ends with the same', async () => {
      await page
        .locator('.jp-NotebookPanel-toolbar [data-command="notebook:restart-run-all"]')
        .first()
        .click();
      await page.locator('.jp-Dialog .jp-mod-accept').click();
      await cell(3)
        .locator('.jp-InputPrompt')
        .getByText('[ ]:')
        .or(cell(3).getByText('[*]:'))
        .first()
        .waitFor();
      for (const [index, count] of [1, 2, 3, 4].entries()) await ran(index, count);
      expect(await textOf(2)).toContain('32×32 pixels with a head for covid, normal');
      expect(await page.locator('.jp-Notebook').textContent()).not.toMatch(/Error|Interrupted/);
    });

    test.each(['', '&sanitize_html=true'])(
      'saved and exported as HTML%s, charts are there to be seen',
      async (how) => {
        await save('clean');
        const file = `${address}/nbconvert/html/notebooks/clean.ipynb?token=${token}${how}`;
        const exported = await context.newPage();
        // nbconvert's page asks for scripts of other sites; charts must not need them.
        await exported.route('**', (route) =>
          route.request().url().startsWith(address) ? route.continue() : route.abort(),
        );
        await exported.goto(file, { waitUntil: 'domcontentloaded' });
        const pictures = exported.locator('img[src^="data:image/svg+xml"]');
        await pictures.nth(1).waitFor();
        expect(await pictures.count()).toBe(2);
        const seen = await pictures.evaluateAll((images) =>
          images.map((image) => ({
            width: (image as HTMLImageElement).naturalWidth,
            shown: image.getBoundingClientRect().height,
          })),
        );
        for (const { width, shown } of seen) {
          expect(width).toBeGreaterThan(200);
          expect(shown).toBeGreaterThan(100);
        }
        expect(await exported.textContent('body')).toContain('32×32 pixels with a head for covid, normal');
        await exported.close();
      },
    );

    test('progress is one line that moves; an interrupt stops training, keeps what was done, and the next cell runs', async () => {
      await open('troubled.ipynb');
      await runCell(0);
      await runCell(1);
      await start(2);
      const line = outputs(2).filter({ hasText: '/10000' });
      await line.waitFor();
      const first = await line.textContent();
      await sleep(500);
      const second = await line.textContent();
      expect(second).not.toBe(first);
      expect(second).toMatch(/head .* \d+\/10000 .*\/s .* left {2}val_loss \d/);
      expect(await outputs(2).count()).toBe(1);

      const stopped = performance.now();
      await page
        .locator('.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]')
        .first()
        .click();
      await cell(2).getByText('what earlier cells computed is still there').first().waitFor();
      expect(performance.now() - stopped).toBeLessThan(1000);
      await start(3);
      await cell(3).getByText('5 epochs of 40 pictures').waitFor();
      // Features come from the cache; none is computed anew.
      expect(await textOf(3)).not.toContain('features');
      const then = await line.textContent();
      await sleep(500);
      expect(await line.textContent()).toBe(then);
    });

    test('an error names what to do and the line as it was written', async () => {
      await start(4);
      await cell(4).getByText('did you mean vgg16?').first().waitFor();
      const told = await textOf(4);
      expect(told).toContain('backbone is "vgg61"; did you mean vgg16? Choose one of vgg16, vgg19');
      expect(told).toMatch(/at cell \[\d+\], line 3: const never = await transferLearn\(split, /);
      expect(told).not.toMatch(/exports\.|evalmachine|node:|tslab|\.js:\d/);
      await start(5);
      await cell(5).getByText('after the mistake').last().waitFor();
    });
  },
);
