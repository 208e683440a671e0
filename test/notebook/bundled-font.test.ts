import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  chartCuts,
  fontFaces,
  fontFile,
  fontLicense,
  fontName,
  pageCuts,
} from '../../lib/notebook/bundled-font';
import { knowFont } from '../../lib/notebook/drawn-font';
import { textWidth } from '../../lib/notebook/text-width';
import { unpackWoff } from '../../lib/notebook/unpack-woff';
import { font } from '../../lib/plots/theme';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'font-'));
  vi.stubEnv('XRAY_CACHE', cache);
});
afterAll(() => {
  vi.unstubAllEnvs();
  return rm(cache, { recursive: true });
});

test('charts name the bundled font first, and its files and licence are there', () => {
  expect(font.split(',')[0]).toBe(fontName);
  for (const cut of pageCuts) expect(existsSync(fontFile(cut))).toBe(true);
  expect(fontLicense()).toMatch(/SIL Open Font License, Version 1\.1/);
});

test('rules of a page hold the files themselves, or name them', () => {
  const rules = fontFaces(chartCuts);
  expect(rules.match(/@font-face/g)).toHaveLength(2);
  const [, data] = /font-weight:700;.*base64,([^)]+)\)/.exec(rules)!;
  expect(Buffer.from(data!, 'base64').equals(readFileSync(fontFile({ weight: 700 })))).toBe(true);
  expect(fontFaces([{ weight: 400, italic: true }], () => 'a.woff2')).toContain(
    'font-style:italic;font-display:block;src:url(a.woff2)',
  );
});

describe('unpacked for programs that read OpenType only', () => {
  // https://learn.microsoft.com/en-us/typography/opentype/spec/otff: sums of big-endian words.
  const sum = (bytes: Buffer): number => {
    let total = 0;
    for (let at = 0; at < bytes.length; at += 4) total = (total + bytes.readUInt32BE(at)) >>> 0;
    return total;
  };

  test.each(chartCuts)('weight $weight: every table has the sum that its entry says', (cut) => {
    const file = unpackWoff(readFileSync(fontFile(cut, 'woff')));
    const count = file.readUInt16BE(4);
    expect(count).toBeGreaterThan(8);
    for (let i = 0; i < count; i++) {
      const entry = file.subarray(12 + 16 * i, 28 + 16 * i);
      const [said, offset, length] = [4, 8, 12].map((at) => entry.readUInt32BE(at)) as [
        number,
        number,
        number,
      ];
      const table = Buffer.from(file.subarray(offset, offset + 4 * Math.ceil(length / 4)));
      // The head's own field for the sum of the whole file does not count.
      if (entry.toString('latin1', 0, 4) === 'head') table.writeUInt32BE(0, 8);
      expect(sum(table)).toBe(said);
    }
  });
});

test.each(['normal', 'bold'] as const)(
  'sharp draws with it, %s: letters are as wide as it has them',
  async (weight) => {
    await knowFont();
    const text = 'covid, normal and pneumonia 0123456789';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="140"><text x="10" y="100" font-family="${fontName}, monospace" font-weight="${weight}" font-size="100">${text}</text></svg>`;
    const { info } = await sharp(Buffer.from(svg)).trim().toBuffer({ resolveWithObject: true });
    // DejaVu Sans would be a sixth wider, a monospaced font a fifth.
    expect(Math.abs(info.width / textWidth(text, 100, weight === 'bold') - 1)).toBeLessThan(0.04);
  },
);
