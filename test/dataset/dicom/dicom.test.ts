import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../../lib/core/check';
import { seededRandom } from '../../../lib/core/random';
import { percentilesOf, throughWindow } from '../../../lib/dataset/dicom/grey-levels';
import { inspectPicture } from '../../../lib/dataset/inspect-picture';
import { loadDataset } from '../../../lib/dataset/load-dataset';
import { readPictures } from '../../../lib/dataset/read-pictures';
import { decodeChannels, readPixels } from '../../../lib/dataset/read-pixels';
import { freshDist } from '../../commands/dist';
import { pythonWith } from '../../networks/peers';
import { temporaryFolder, writeFiles } from '../sample-pictures';
import { type Written, writeDicom } from './write-dicom';

const python = pythonWith('pydicom', 'pylibjpeg', 'jpeg_ls', 'cv2');
if (!python)
  console.warn('DICOM against pydicom is skipped: no Python with it (`node scripts/setup.mjs --peers`)');

const root = mkdtempSync(path.join(tmpdir(), 'xray-dicom-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(freshDist, 300_000);

/** Of compressions that lose something, decoders may differ; then by so many levels, on colour or a narrow window. */
const lossy: Record<string, number> = { 'jpeg-baseline': 1, 'jpeg-baseline-colour': 3, 'jpeg-2000-lossy': 1 };
/** Of pydicom's own files, those that are not X-rays or are damaged, which pydicom reads all the same. */
const notRead = /16bit|32bit|palette|liver|rtdose|TextGBR|SC_rgb_jpeg$/;

describe.skipIf(!python)('against pydicom', () => {
  let shapes: Record<string, number[]>;
  beforeAll(() => {
    execFileSync(python!, ['-W', 'ignore', path.join(__dirname, 'generate.py'), root], { stdio: 'pipe' });
    shapes = JSON.parse(readFileSync(path.join(root, 'reference.json'), 'utf8'));
  }, 300_000);

  async function difference(name: string): Promise<{ most: number; share: number }> {
    const { width, height, data } = await readPixels(path.join(root, `${name}.dcm`));
    const expected = readFileSync(path.join(root, `${name}.raw`));
    expect([height, width]).toEqual(shapes[name]!.slice(0, 2));
    const grey = shapes[name]!.length === 2;
    const differences = [...expected].map((value, i) => Math.abs(value - data[grey ? 3 * i : i]!));
    const most = differences.reduce((a, b) => Math.max(a, b), 0);
    return { most, share: differences.filter(Boolean).length / expected.length };
  }

  test('files made for it, in eleven transfer syntaxes: every level equal where nothing is lost', async () => {
    const names = Object.keys(shapes).filter((name) => !name.startsWith('pydicom-'));
    expect(names.length).toBeGreaterThan(40);
    const found = [];
    for (const name of names) found.push({ name, ...(await difference(name)) });
    expect(found.filter(({ name, most }) => most > (lossy[name] ?? 0))).toEqual([]);
    expect(found.filter(({ share }) => share > 0.1)).toEqual([]);
  }, 120_000);

  test("pydicom's own test files: equal within 3 levels, or refused for what they are", async () => {
    const found: { name: string; most: number; share: number }[] = [];
    const refused: string[] = [];
    for (const name of Object.keys(shapes).filter((name) => name.startsWith('pydicom-')))
      await difference(name).then(
        (differing) => found.push({ name, ...differing }),
        (error) => {
          expect(error).toBeInstanceOf(InputError);
          refused.push(name);
        },
      );
    expect(refused.filter((name) => !notRead.test(name))).toEqual([]);
    expect(found.filter(({ most, share }) => most > 3 || share > 0.1)).toEqual([]);
    expect(found.filter(({ most }) => most === 0).length).toBeGreaterThan(found.length / 2);
  }, 120_000);

  test.each([
    ['frames', /holds 2 frames, not one picture/],
    ['no-pixels', /holds no picture \(no pixel data\)/],
    ['huge', /more than 64 million pixels/],
    ['short', /too few pixels/],
    ['other-size', /header says 7000×5000 pixels, its picture 52×37/],
    ['palette', /PALETTE COLOR/],
    ['syntax', /compression not read here \(transfer syntax 1\.2\.840\.10008\.1\.2\.4\.201\)/],
  ])('refused, and named: %s', async (name, why) => {
    const file = path.join(root, `refused-${name}.dcm`);
    for (const read of [readPixels, inspectPicture]) {
      const error = await read(file).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).toBeInstanceOf(InputError);
      expect(error!.message).toMatch(why);
      expect(error!.message).toContain(file);
    }
  });

  test('damage of any kind ends in a picture or a sentence', async () => {
    const random = seededRandom(42).fork('damage');
    const names = readdirSync(root).filter((name) => /^(rle|jpeg|deflated|implicit).*\.dcm$/.test(name));
    const ends = { picture: 0, sentence: 0 };
    for (let i = 0; i < 150; i++) {
      const bytes = readFileSync(path.join(root, names[i % names.length]!));
      const from = i % 2 ? 132 : bytes.length - 1000;
      for (let flip = random.integer(8) + 1; flip; flip--)
        bytes[from + random.integer(bytes.length - from)] = random.integer(256);
      const cut = i % 5 ? bytes : bytes.subarray(0, 132 + random.integer(bytes.length - 132));
      await decodeChannels(cut, 'broken.dcm').then(
        () => ends.picture++,
        (error) => {
          expect(error).toBeInstanceOf(InputError);
          expect(error.message).toMatch(/^broken\.dcm /);
          ends.sentence++;
        },
      );
    }
    expect(Math.min(ends.picture, ends.sentence)).toBeGreaterThan(10);
    // What came before harms nothing that comes after.
    expect((await difference('jpeg-2000-lossless-12')).most).toBe(0);
  }, 300_000);

  test('also in the threads that read ahead', async () => {
    const files = ['jpeg-lossless-12', 'explicit-window', 'refused-palette', 'rle-12'].map((name) =>
      path.join(root, `${name}.dcm`),
    );
    const settings = { size: 16, resize: 'cv2', region: 'whole' } as const;
    const read = [];
    const wanted = files.map((file) => ({ file, degrees: 0 }));
    for await (const picture of readPictures(wanted, settings, 1)) read.push(picture);
    expect(read.map((picture) => picture instanceof InputError)).toEqual([false, false, true, false]);
  });
});

describe('what is kept of a person', () => {
  const values = Array.from({ length: 16 }, (_, i) => i * 200);
  const of = (patient: string, view = 'PA'): Written[] => [
    [0x00100020, 'LO', patient],
    [0x00185101, 'CS', view],
  ];

  test('pictures of a patient go together, under a hash; name and number stay in the file', async () => {
    const folder = temporaryFolder();
    await writeFiles(folder, {
      'ill/a.dcm': writeDicom(values, 4, of('MRN 4711')),
      'ill/1.2.826.0.1': writeDicom(values.slice().reverse(), 4, of('MRN 4711', 'LATERAL')),
      'well/IM000001': writeDicom(
        values.map((v) => v + 1),
        4,
        of('MRN 4712'),
      ),
      'well/nobody.dcm': writeDicom(
        values.map((v) => v + 2),
        4,
        of(''),
      ),
      'well/DICOMDIR': writeDicom(values, 4),
    });
    const xrays = await loadDataset(folder);
    expect(xrays.map(({ path: file, view }) => [path.basename(file), view])).toEqual([
      ['1.2.826.0.1', 'LATERAL'],
      ['a.dcm', 'PA'],
      ['IM000001', 'PA'],
      ['nobody.dcm', 'PA'],
    ]);
    const [one, same, other, unknown] = xrays.map(({ patientId }) => patientId);
    expect(one).toBe(same);
    expect(one).toMatch(/^dicom:[0-9a-f]{16}$/);
    expect(new Set([one, other, unknown]).size).toBe(3);
    expect(JSON.stringify(xrays)).not.toMatch(/Doe|Jane|MRN|471/);
  });

  test('a window, padding and MONOCHROME1, by hand', async () => {
    const file = path.join(temporaryFolder(), 'a.dcm');
    const window: Written[] = [
      [0x00281050, 'DS', '101'],
      [0x00281051, 'DS', '201'],
      [0x00280120, 'US', [4095]],
    ];
    // PS3.3, C.11.2.1.2: from 100.5 - 100 to 100.5 + 100.
    const levels = async (photometric: string) => {
      const others: Written[] = [...window, [0x00280004, 'CS', photometric]];
      writeFileSync(file, writeDicom([0, 100, 101, 201, 4095, 50], 3, others));
      return [...(await decodeChannels(readFileSync(file), file)).data];
    };
    expect(await levels('MONOCHROME2')).toEqual([0, 127, 128, 255, 0, 63]);
    expect(await levels('MONOCHROME1')).toEqual([255, 128, 127, 0, 0, 192]);
  });
});

test('percentiles are those of the values one by one', () => {
  const occurring = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(occurring, fc.double({ min: 0, max: 100, noNaN: true }), (pairs, share) => {
      const all = pairs.flatMap(([value, count]) => Array<number>(count).fill(value)).sort((a, b) => a - b);
      const place = (share / 100) * (all.length - 1);
      const [low, high] = [all[Math.floor(place)]!, all[Math.ceil(place)]!];
      expect(percentilesOf(pairs, [share])[0]).toBeCloseTo(low + (high - low) * (place % 1), 9);
    }),
  );
});

test('a window never makes what is brighter darker', () => {
  const window = fc.record({
    center: fc.integer({ min: -500, max: 500 }),
    width: fc.integer({ min: 1, max: 900 }),
    shape: fc.constantFrom('LINEAR' as const, 'LINEAR_EXACT' as const, 'SIGMOID' as const),
  });
  const value = fc.integer({ min: -2000, max: 2000 });
  fc.assert(
    fc.property(window, value, value, (given, a, b) => {
      const [low, high] = [throughWindow(Math.min(a, b), given), throughWindow(Math.max(a, b), given)];
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
    }),
  );
});
