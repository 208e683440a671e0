import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { projectFolder } from '../../lib/core/settings';
import { gradCam } from '../../lib/explain/grad-cam';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { freshDist } from '../commands/dist';
import { chromium as installed, launchOptions } from '../report/browser';
import { savedPhantomModel } from './phantom-model';

const root = mkdtempSync(path.join(tmpdir(), 'xray-demo-'));
const at = (...parts: string[]) => path.join(root, ...parts);

/** `demo` as a user starts it; standard output up to its end of line. */
async function startDemo(args: readonly string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [path.join(projectFolder, 'dist', 'cli.js'), 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr!.on('data', (part) => (errors += part));
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (part) => {
      text += part;
      if (text.endsWith('\n')) resolve(text);
    });
    child.on('exit', (code) => reject(new Error(`demo ended with ${code}: ${errors}`)));
  });
  return { child, said };
}

const endOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));

const random = seededRandom('demo');

/** Files of the kinds that people have, made of phantoms and of noise in colour. */
async function pictureFiles(phantoms: readonly string[]): Promise<string[]> {
  const [first, second, third] = phantoms as [string, string, string];
  const soft = (width: number, height: number, channels: 3 | 4) =>
    sharp(
      Uint8Array.from({ length: 40 * 30 * channels }, () => random.integer(256)),
      { raw: { width: 40, height: 30, channels } },
    ).resize(width, height, { kernel: 'cubic' });
  const files: Record<string, Promise<unknown>> = {
    'large-grey.png': sharp(second).resize(620, 540, { fit: 'fill' }).toFile(at('large-grey.png')),
    'clear.png': soft(500, 400, 4).png().toFile(at('clear.png')),
    'small.png': sharp(first).resize(150, 180, { fit: 'fill' }).toFile(at('small.png')),
    'grey.jpg': sharp(third)
      .resize(700, 650, { fit: 'fill' })
      .toColourspace('b-w')
      .jpeg({ quality: 92 })
      .toFile(at('grey.jpg')),
    'colour.jpg': soft(640, 480, 3)
      .jpeg({ quality: 85, chromaSubsampling: '4:2:0' })
      .toFile(at('colour.jpg')),
    'progressive.jpg': soft(450, 333, 3)
      .jpeg({ quality: 90, chromaSubsampling: '4:4:4', progressive: true })
      .toFile(at('progressive.jpg')),
    'turned.jpg': sharp(first)
      .resize(400, 300, { fit: 'fill' })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(at('turned.jpg')),
  };
  await Promise.all(Object.values(files));
  return [first, second, ...Object.keys(files).map((name) => at(name))];
}

interface Saved {
  readonly notice: string;
  readonly synthetic: boolean;
  readonly computedBy: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly gradCam: Readonly<Record<string, { width: number; height: number; data: number[] }>>;
}

/** Gives the page a file and returns what it offers to save. */
async function judged(page: Page, file: string): Promise<Saved> {
  await page.locator('#file').setInputFiles(file);
  await page.locator('#caption', { hasText: path.basename(file) }).waitFor();
  await page.locator('#status', { hasText: 'Computed here' }).waitFor();
  const saved = page.waitForEvent('download');
  await page.locator('#save').click();
  return JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
}

describe.skipIf(!installed)('in Chromium (skipped: none found; name one in CHROMIUM)', () => {
  let model: TransferModel;
  let files: string[];
  let demo: ChildProcess;
  let address: string;
  let browser: Browser;

  beforeAll(async () => {
    vi.stubEnv('XRAY_CACHE', at('cache'));
    await freshDist();
    const saved = await savedPhantomModel(root);
    model = saved.model;
    files = await pictureFiles(saved.split.test.slice(0, 3).map((xray) => xray.path));
    const { child, said } = await startDemo([saved.folder, '--port', '0', '--json']);
    demo = child;
    address = JSON.parse(said).address;
    browser = await chromium.launch(launchOptions);
  });
  afterAll(async () => {
    await browser?.close();
    demo?.kill('SIGKILL');
    await releaseBackbone();
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  /** The page once it can be used; what it asks for and what it complains of are kept. */
  async function open(options: BrowserContextOptions = {}, processors?: number) {
    const context: BrowserContext = await browser.newContext(options);
    if (processors)
      await context.addInitScript((count) => {
        Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => count });
      }, processors);
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on(
      'console',
      (message) =>
        ['error', 'warning'].includes(message.type()) &&
        // Chromium's own remark where WebGPU has no adapter.
        message.text() !== 'No available adapters.' &&
        complaints.push(message.text()),
    );
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    await page.locator('#status', { hasText: 'Ready' }).waitFor();
    return { context, page, requests, complaints };
  }

  test('probabilities and Grad-CAM are those of Node; nothing leaves the server', async () => {
    const { context, page, requests, complaints } = await open();
    const expected = await model.predict(files);
    const differences: string[] = [];
    for (const [i, file] of files.entries()) {
      const found = await judged(page, file);
      expect(found).toMatchObject({ notice: 'For education only, never for diagnosis.', synthetic: true });
      expect(found.computedBy).toMatch(/^Web/);
      let farthest = 0;
      for (const label of model.classes) {
        farthest = Math.max(
          farthest,
          Math.abs(found.probabilities[label]! - expected[i]!.probabilities[label]!),
        );
        const { map } = (await gradCam(model, [file], { label }))[0]!;
        const own = found.gradCam[label]!;
        expect([own.width, own.height]).toEqual([map.width, map.height]);
        const largest = Math.max(...map.data);
        const off = Math.max(...map.data.map((value, k) => Math.abs(value - own.data[k]!)));
        expect(off, `Grad-CAM of ${label}, ${path.basename(file)}`).toBeLessThan(1e-3 * Math.max(1, largest));
      }
      differences.push(`${path.basename(file)} ${farthest.toExponential(1)}`);
      expect(farthest, differences.join(', ')).toBeLessThan(1e-4);
    }
    if (process.env.DEBUG) console.log(differences.join('\n'));
    expect(requests.length).toBeGreaterThan(5);
    expect(
      requests.filter((url) => !url.startsWith(address) && !url.startsWith('blob:') && url !== 'data:,'),
    ).toEqual([]);
    expect(complaints).toEqual([]);
    const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    expect(stored).toEqual([0, 0, '']);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await context.close();
  });

  test('it says what computes: WebAssembly with SIMD, in threads for half of the processors', async () => {
    const { context, page } = await open({}, 4);
    const words = await page.locator('#status').textContent();
    expect(words).toMatch(/WebGPU|WebAssembly, SIMD, 2 threads/);
    const { probabilities } = (await model.predict([files[1]!]))[0]!;
    const found = await judged(page, files[1]!);
    for (const label of model.classes)
      expect(Math.abs(found.probabilities[label]! - probabilities[label]!)).toBeLessThan(1e-4);
    await context.close();
  });

  test('without a network, once it is loaded', async () => {
    const { context, page } = await open();
    await context.setOffline(true);
    const [file] = files as [string];
    const { probabilities } = (await model.predict([file]))[0]!;
    const found = await judged(page, file);
    for (const label of model.classes)
      expect(found.probabilities[label]).toBeCloseTo(probabilities[label]!, 4);
    await context.close();
  });

  test('a file that cannot be read is named, with what is wrong; the next one is taken', async () => {
    const { context, page } = await open();
    const jpeg = readFileSync(at('colour.jpg'));
    const png = readFileSync(files[0]!);
    const broken: [string, Uint8Array, RegExp][] = [
      ['cut.jpg', jpeg.subarray(0, jpeg.length / 2), /cut\.jpg cannot be read: it is damaged or cut off/],
      ['cut.png', png.subarray(0, png.length / 2), /cut\.png cannot be read: it is damaged or cut off/],
      ['text.png', Buffer.from('not a picture'), /text\.png cannot be read: it holds no picture known here/],
      ['empty.png', Buffer.alloc(0), /empty\.png cannot be read: it is empty/],
      ['film.png', Buffer.from('GIF89a'), /film\.png cannot be read: it holds GIF/],
      ['<img src=x onerror=alert(1)>.png', Buffer.from('x'), /^<img src=x onerror=alert\(1\)>\.png cannot/],
    ];
    for (const [name, buffer, words] of broken) {
      await page.locator('#file').setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from(buffer) });
      await page.locator('#problem', { hasText: name }).waitFor();
      expect(await page.locator('#problem').textContent()).toMatch(words);
    }
    const result = page.locator('#shown, #classes, #actions, #reading').filter({ visible: true });
    await judged(page, files[0]!);
    expect(await page.locator('#problem').isVisible()).toBe(false);
    expect(await result.count()).toBe(4);
    // Nothing that was said of one picture stands beside the name of another.
    await page
      .locator('#file')
      .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('x') });
    await page.locator('#problem', { hasText: 'x.png' }).waitFor();
    expect(await result.count()).toBe(0);
    await context.close();
  });

  test('a picture that is dropped is taken', async () => {
    const { context, page } = await open();
    const data = readFileSync(files[0]!).toString('base64');
    await page.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, data);
    await page.locator('#caption', { hasText: 'dropped.png' }).waitFor();
    expect(await page.locator('#file').inputValue()).toContain('dropped.png');
    await context.close();
  });

  test('what must never be forgotten is in view; limits and figures stand below', async () => {
    const { context, page } = await open({ viewport: { width: 1400, height: 900 } });
    expect(await page.locator('#bar').textContent()).toBe(
      'For education only, never for diagnosisSynthetic data',
    );
    await page.mouse.wheel(0, 5000);
    expect(await page.locator('#bar').isVisible()).toBe(true);
    const card = await page.locator('#card').textContent();
    expect(card).toContain('confirmed on pictures of another hospital');
    expect(card).toMatch(/accuracy \d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]/);
    for (const name of model.classes) expect(card).toContain(name);
    await context.close();
  });

  test('by keyboard: to the picture, the file, a class, whose map is drawn', async () => {
    const { context, page } = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the picture');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('file');
    await judged(page, files[0]!);
    const canvas = page.locator('#canvas');
    const drawn = () => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
    const [before, label] = [await drawn(), await canvas.getAttribute('aria-label')];
    await page.locator('input[name=class]:checked').focus();
    await page.keyboard.press('ArrowDown');
    expect(await canvas.getAttribute('aria-label')).not.toBe(label);
    expect(await drawn()).not.toBe(before);
    await page.locator('#overlay').focus();
    await page.keyboard.press('Space');
    expect(await canvas.getAttribute('aria-label')).toBe(path.basename(files[0]!));
    const nameless = await page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLInputElement>('input, button'))
        .filter((control) => !control.labels?.length && !control.textContent)
        .map(({ id }) => id),
    );
    expect(nameless).toEqual([]);
    await context.close();
  });

  test.each([1400, 800, 400])('fits %i pixels, light and dark', async (width) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { context, page } = await open({ colorScheme, viewport: { width, height: 900 } });
      await judged(page, files[0]!);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      const ground = await page.evaluate(
        () => getComputedStyle(document.body).backgroundColor.match(/\d+/g)!,
      );
      expect(Number(ground[0]) > 128).toBe(colorScheme === 'light');
      const { SCREENSHOTS: folder } = process.env;
      if (folder)
        await page.screenshot({ path: path.join(folder, `${width}-${colorScheme}.png`), fullPage: true });
      await context.close();
    }
  });

  test('written as a folder it is the same site; Ctrl-C ends the server with status 0', async () => {
    const { child, said } = await startDemo([at('model'), '--out', at('site'), '--json']);
    expect(await endOf(child)).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ out: at('site'), synthetic: true });
    for (const name of [
      'index.html',
      'model/model.json',
      'model/xray-transfer.json',
      'wasm/tfjs-backend-wasm.wasm',
    ]) {
      const served = Buffer.from(await (await fetch(new URL(name, address))).arrayBuffer());
      expect(served.equals(readFileSync(at('site', name))), name).toBe(true);
    }
    expect(readFileSync(at('site', 'index.html'), 'utf8')).toContain('http-equiv="Content-Security-Policy"');
    writeFileSync(at('site', 'mine.txt'), 'mine');
    await expect(startDemo([at('model'), '--out', at('site')])).rejects.toThrow(/holds mine\.txt/);
    const ended = endOf(demo);
    demo.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});
