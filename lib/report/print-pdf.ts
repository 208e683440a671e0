import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { asError, InputError } from '../core/check';
import { commit } from '../core/files';
import { temporaryName } from '../core/temporary-name';
import { writing } from '../core/write-error';
import type { ReportFile } from './build';
import { findChromium } from './find-chromium';

/** Milliseconds; a report of a dozen notebooks takes a few seconds. */
const patience = 180_000;

/**
 * The browser that prints.
 * @throws InputError saying what to install if there is none
 */
export function printingBrowser(): string {
  const browser = findChromium();
  if (browser) return browser;
  throw new InputError(
    'A PDF is printed by Chromium, and none was found: install Chromium or Google Chrome (Debian and Ubuntu: ' +
      'apt install chromium), or name its program in CHROMIUM. Without it, print the report from any browser',
  );
}

async function isPdf(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  const { buffer } = await handle.read(Buffer.alloc(5), 0, 5, 0).finally(() => handle.close());
  return buffer.toString('latin1') === '%PDF-';
}

/**
 * Prints a page of this machine to a PDF, whole or not at all, by Chromium in a profile of its own.
 * @throws InputError if there is no Chromium, or it prints nothing
 */
export async function printPdf(
  page: string,
  output: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ReportFile> {
  const browser = printingBrowser();
  const file = path.resolve(output);
  await writing(file, () => mkdir(path.dirname(file), { recursive: true }));
  const printed = temporaryName(file);
  const profile = await mkdtemp(path.join(tmpdir(), 'xray-transfer-print-'));
  const options = [
    '--headless',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
    // Chromium refuses to run as root with its sandbox; the page is this program's own and may run and load nothing else.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--user-data-dir=${profile}`,
    '--no-pdf-header-footer',
    '--generate-pdf-document-outline',
    `--print-to-pdf=${printed}`,
    pathToFileURL(path.resolve(page)).href,
  ];
  try {
    const said = await promisify(execFile)(browser, options, { signal, timeout: patience }).then(
      ({ stderr }) => stderr,
      (error) => `${error.stderr || asError(error).message}`,
    );
    signal?.throwIfAborted();
    if (!(await isPdf(printed)))
      throw new InputError(`${browser} printed no PDF of ${page}: ${said.trim().split('\n').at(-1)}`);
    await commit(printed, file);
    return { file, bytes: (await stat(file)).size };
  } finally {
    await rm(printed, { force: true });
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
