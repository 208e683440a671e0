import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { readPixels } from '../../lib/dataset/read-pixels';
import { decodePng } from '../../lib/demo/page/decode-png';

const root = mkdtempSync(path.join(tmpdir(), 'xray-png-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const random = seededRandom('png');
const [width, height] = [37, 29];
const noise = (channels: 1 | 2 | 3 | 4) =>
  sharp(
    Uint8Array.from({ length: width * height * channels }, () => random.integer(256)),
    { raw: { width, height, channels } },
  );

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = (bytes: Buffer): number =>
  (bytes.reduce((c, byte) => crcTable[(c ^ byte) & 255]! ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc(named));
  return Buffer.concat([length, named, sum]);
}

/** A PNG of random bytes whose rows go through all filters: kinds that sharp does not write. */
function randomPng(
  bits: number,
  type: number,
  samples: number,
  before: readonly Buffer[] = [],
  byteAt?: (i: number) => number,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, type, 0, 0, 0], 8);
  const rowBytes = Math.ceil((width * bits * samples) / 8);
  const rows = Array.from({ length: height }, (_, row) =>
    Buffer.from([
      byteAt ? 0 : row % 5,
      ...Array.from({ length: rowBytes }, (_byte, i) => byteAt?.(i) ?? random.integer(256)),
    ]),
  );
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const palette = chunk('PLTE', Buffer.from(Array.from({ length: 256 * 3 }, () => random.integer(256))));
const shortPalette = (entries: number) =>
  chunk('PLTE', Buffer.from(Array.from({ length: entries * 3 }, () => random.integer(256))));

const kinds: Record<string, () => Promise<Buffer> | Buffer> = {
  grey: () => noise(1).toColourspace('b-w').png().toBuffer(),
  RGB: () => noise(3).png({ adaptiveFiltering: true }).toBuffer(),
  'RGB with transparency': () => noise(4).png().toBuffer(),
  'grey with transparency': () => randomPng(8, 4, 2),
  'RGB, interlaced': () => noise(3).png({ progressive: true }).toBuffer(),
  'grey, interlaced': () => noise(1).toColourspace('b-w').png({ progressive: true }).toBuffer(),
  palette: () => randomPng(8, 3, 1, [palette]),
  'palette of 4 bits': () => randomPng(4, 3, 1, [shortPalette(16)]),
  'palette of 1 bit': () => randomPng(1, 3, 1, [shortPalette(2)]),
  'palette with transparency': () =>
    randomPng(8, 3, 1, [palette, chunk('tRNS', Buffer.from(Array.from({ length: 256 }, (_, i) => i)))]),
  'grey of 1 bit': () => randomPng(1, 0, 1),
  'grey of 2 bits': () => randomPng(2, 0, 1),
  'grey of 4 bits': () => randomPng(4, 0, 1),
  'RGB, all filters': () => randomPng(8, 2, 3),
  'grey of 16 bits': () => randomPng(16, 0, 1),
  'RGB of 16 bits': () => randomPng(16, 2, 3),
  'RGB of 16 bits with transparency': () => randomPng(16, 6, 4),
};

describe('pixels are those that the library reads', () => {
  test.each(Object.entries(kinds))('%s', async (name, make) => {
    const bytes = await make();
    const file = path.join(root, `${name.replaceAll(/\W/g, '-')}.png`);
    writeFileSync(file, bytes);
    const expected = await readPixels(file);
    const found = await decodePng(Uint8Array.from(bytes));
    expect([found.width, found.height]).toEqual([expected.width, expected.height]);
    expect(Buffer.compare(Buffer.from(found.data), Buffer.from(expected.data))).toBe(0);
  });
});

describe('what is damaged is said', () => {
  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.slice(0, bytes.length - 30)],
    ['without its end', (bytes: Uint8Array) => bytes.slice(0, bytes.length - 12)],
    [
      'another byte in its pixels',
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === 200 ? byte ^ 255 : byte)),
    ],
    [
      'another size in its header',
      (bytes: Uint8Array) => bytes.map((byte, i) => (i === 23 ? byte + 1 : byte)),
    ],
    ['a kind that there is not', (bytes: Uint8Array) => bytes.map((byte, i) => (i === 25 ? 5 : byte))],
  ])('%s', async (_, harm) => {
    const bytes = Uint8Array.from(await noise(3).png().toBuffer());
    await expect(decodePng(harm(bytes) as Uint8Array<ArrayBuffer>)).rejects.toThrow('damaged or cut off');
  });

  test('16 bits of which the upper are not used, as the library refuses them', async () => {
    const dark = randomPng(16, 0, 1, [], (i) => (i % 2 ? random.integer(256) : 3));
    const file = path.join(root, 'dark.png');
    writeFileSync(file, dark);
    await expect(readPixels(file)).rejects.toThrow('less than a sixteenth');
    await expect(decodePng(Uint8Array.from(dark))).rejects.toThrow('less than a sixteenth');
  });

  test('more pixels than are read', async () => {
    const bytes = Uint8Array.from(randomPng(8, 2, 3));
    bytes.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
    await expect(decodePng(bytes)).rejects.toThrow('64 million');
  });
});
