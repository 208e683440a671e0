import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../lib/core/check';
import { buildReport } from '../../lib/report/build';
import { findChromium } from '../../lib/report/find-chromium';
import { printingBrowser, printPdf } from '../../lib/report/print-pdf';
import { chromium as installed } from './browser';
import { newFolder, sampleReport } from './sample-report';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the browser that prints', () => {
  test('is the one that CHROMIUM names, else one in PATH', async () => {
    const folder = await newFolder();
    const named = path.join(folder, 'mine');
    const inPath = path.join(folder, 'chromium');
    await Promise.all([named, inPath].map((file) => writeFile(file, '')));
    expect(findChromium({ CHROMIUM: named, PATH: folder })).toBe(named);
    expect(findChromium({ PATH: folder })).toBe(inPath);
    expect(() => findChromium({ CHROMIUM: path.join(folder, 'none') })).toThrow(InputError);
  });

  test.skipIf(process.platform !== 'linux')('is missed with a sentence that says what to install', () => {
    vi.stubEnv('CHROMIUM', '');
    vi.stubEnv('PATH', '');
    expect(printingBrowser).toThrow(InputError);
    expect(printingBrowser).toThrow(/install Chromium.*CHROMIUM/);
  });
});

test.skipIf(process.platform === 'win32')('what prints nothing leaves nothing behind', async () => {
  const folder = await newFolder();
  vi.stubEnv('CHROMIUM', process.execPath);
  const printed = printPdf(path.join(folder, 'a.html'), path.join(folder, 'out', 'a.pdf'));
  await expect(printed).rejects.toThrow(/printed no PDF of .*a\.html/);
  expect(await readdir(path.join(folder, 'out'))).toEqual([]);
});

describe.skipIf(!installed)('in Chromium (skipped: none found; name one in CHROMIUM)', () => {
  test('a report is printed whole, and nothing else is left', async () => {
    const { file } = await buildReport(await sampleReport(await newFolder()));
    const folder = path.join(await newFolder(), 'printed');
    const pdf = await printPdf(file, path.join(folder, 'report.pdf'));
    const bytes = await readFile(pdf.file);
    expect(pdf.bytes).toBe(bytes.length);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes.subarray(-32).toString('latin1')).toContain('%%EOF');
    // Four notebooks begin on pages of their own, after the summary.
    expect(bytes.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThanOrEqual(5);
    expect(await readdir(folder)).toEqual(['report.pdf']);
  });
});
