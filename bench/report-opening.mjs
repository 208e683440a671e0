import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { compared } from './compared.mjs';
import { median, root } from './timed.mjs';

const require = createRequire(import.meta.url);
const { buildReport } = require('../dist/report/build.js');
const { printingBrowser } = require('../dist/report/print-pdf.js');

/** In the page: seconds since its address was given, until its first words were drawn. */
const firstWords = () => performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000;

/** Seconds until the words, until the whole page, and until its first chart, once gone to, can be asked. */
async function openOnce(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 1000;
  await page.goto(address, { waitUntil: 'load' });
  const loaded = since();
  const words = await page.evaluate(firstWords);
  const asked = performance.now();
  await page.locator('figure.chart').first().scrollIntoViewIfNeeded();
  await page.locator('figure.chart.ready').first().waitFor();
  const chart = (performance.now() - asked) / 1000;
  await page.close();
  return { words, loaded, chart };
}

/**
 * The report of all notebooks with their committed outputs, opened from disk in Chromium; nothing is kept from one time
 * to the next but the browser.
 * @returns rows of the table of results
 * @throws InputError if there is no Chromium
 */
export async function reportOpening({ repeats, say }) {
  const executablePath = printingBrowser();
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  try {
    const folder = path.join(root, 'notebooks');
    const notebooks = readdirSync(folder)
      .filter((name) => /^(?!00-)\d\d-.*\.ipynb$/.test(name))
      .map((name) => path.join(folder, name));
    const output = path.join(work, 'index.html');
    const { file, bytes } = await buildReport({ notebooks, output, environment: { rows: [] } });
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    const browser = await chromium.launch({ executablePath, args });
    const runs = [];
    try {
      for (let repeat = 0; repeat < repeats; repeat++)
        runs.push(await openOnce(browser, pathToFileURL(file).href));
    } finally {
      await browser.close();
    }
    const of = `the report of ${notebooks.length} notebooks`;
    const middle = (what) => median(runs.map((run) => run[what]));
    say(`${of}: ${(bytes / 1e6).toFixed(1)} MB, loaded in ${middle('loaded').toFixed(2)} s`);
    return [
      compared({ name: `${of}, first words on the screen`, here: middle('words'), most: 1 }),
      compared({ name: `${of}, opened: loaded whole, its scripts run`, here: middle('loaded'), most: 2 }),
      compared({ name: `${of}, a chart that is gone to: interactive`, here: middle('chart'), most: 1 }),
      compared({ name: `${of}, the file`, here: bytes / 1e6, unit: 'MB', most: 6 }),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
