import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { asRgb, channelsOf } from '../../lib/dataset/channels';
import { loadPicture } from '../../lib/dataset/load-picture';
import { decodeChannels, readPixels } from '../../lib/dataset/read-pixels';
import { resizeBilinear } from '../../lib/dataset/resize';
import { resizeAntialiased } from '../../lib/dataset/resize-antialiased';
import { rotate } from '../../lib/dataset/rotate';
import type { Pixels } from '../../lib/dataset/xray';
import { fixtures } from './sample-pictures';

interface Reference {
  pictures: {
    file: string;
    width: number;
    height: number;
    pixels: string;
    resized: Record<string, string>;
  }[];
  rotations: { degrees: number; red: number[] }[];
}

const reference: Reference = JSON.parse(readFileSync(path.join(fixtures, 'reference.json'), 'utf8'));
const digest = ({ data }: Pixels) => createHash('sha256').update(data).digest('hex');

describe('pictures against OpenCV', () => {
  it.each(reference.pictures)(
    '$file is read and resized bit for bit',
    async ({ file, width, height, ...expected }) => {
      const pixels = await readPixels(path.join(fixtures, file));
      expect([pixels.width, pixels.height]).toEqual([width, height]);
      expect(digest(pixels)).toBe(expected.pixels);
      for (const [size, sha256] of Object.entries(expected.resized)) {
        const [toWidth, toHeight] = size.split('x').map(Number) as [number, number];
        expect(digest(resizeBilinear(pixels, toWidth, toHeight)), size).toBe(sha256);
      }
    },
  );

  it.each(reference.pictures)(
    '$file through loadPicture, grey ones as one channel on the way',
    async (picture) => {
      const pixels = await loadPicture(path.join(fixtures, picture.file), 24, 'cv2');
      expect(digest(pixels)).toBe(picture.resized['24x24']);
    },
  );

  it('covers every kind of file the generator draws', () => {
    expect(reference.pictures).toHaveLength(23);
  });
});

describe('rotate', () => {
  const crop = ({ data, width }: Pixels, side: number): Pixels => ({
    width: side,
    height: side,
    data: Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const row = Math.floor(i / (side * 3));
      return data[row * width * 3 + (i % (side * 3))]!;
    }),
  });

  it.each(reference.rotations)(
    "by $degrees degrees equals Keras' apply_affine_transform",
    async ({ degrees, red }) => {
      const pixels = crop(await readPixels(path.join(fixtures, 'halved.png')), 24);
      const turned = rotate(pixels, degrees);
      const differences = red.map((value, i) => Math.abs(value - turned.data[3 * i]!));
      expect(Math.max(...differences)).toBeLessThan(0.502);
    },
  );

  it('by a quarter turns anticlockwise', () => {
    const data = Uint8Array.from([10, 20, 30, 40].flatMap((grey) => [grey, grey, grey]));
    const turned = rotate({ width: 2, height: 2, data }, 90);
    expect([...turned.data].filter((_, i) => i % 3 === 0)).toEqual([20, 40, 10, 30]);
  });

  it('refuses an angle that is no number', () => {
    expect(() => rotate({ width: 1, height: 1, data: new Uint8Array(3) }, Number.NaN)).toThrow(
      'degrees is NaN',
    );
  });
});

describe('one channel', () => {
  it.each(['grey.png', 'grey.jpg'])('of %s is resized and turned as three equal ones are', async (name) => {
    const file = path.join(fixtures, name);
    const grey = await decodeChannels(readFileSync(file), file);
    const rgb = asRgb(grey);
    expect([channelsOf(grey), channelsOf(rgb)]).toEqual([1, 3]);
    for (const [width, height] of [
      [24, 24],
      [17, 31],
      [grey.width / 2, grey.height / 2],
      [90, 70],
    ] as const) {
      const small = resizeBilinear(grey, width, height);
      expect(channelsOf(small)).toBe(1);
      expect(digest(asRgb(small))).toBe(digest(resizeBilinear(rgb, width, height)));
      const smooth = await resizeAntialiased(grey, width, height);
      expect(digest(asRgb(smooth))).toBe(digest(await resizeAntialiased(rgb, width, height)));
      expect(digest(asRgb(rotate(small, 12.5)))).toBe(digest(rotate(asRgb(small), 12.5)));
    }
  });
});

describe('sizes and methods', () => {
  it('antialiased resizing keeps the mean of a fine pattern, which bilinear resizing misses', async () => {
    const side = 210;
    const data = Uint8Array.from({ length: side * side * 3 }, (_, i) =>
      Math.floor(i / 3) % 7 === 3 ? 210 : 0,
    );
    const mean = (pixels: Pixels) => pixels.data.reduce((sum, value) => sum + value, 0) / pixels.data.length;
    const fine = { width: side, height: side, data };
    expect(mean(await resizeAntialiased(fine, 30, 30))).toBeCloseTo(30, 0);
    expect(Math.abs(mean(resizeBilinear(fine, 30, 30)) - 30)).toBeGreaterThan(20);
  });

  it.each(['cv2', 'antialiased'] as const)('loadPicture gives a square with %s', async (method) => {
    const pixels = await loadPicture(path.join(fixtures, 'wide.png'), 32, method);
    expect([pixels.width, pixels.height, pixels.data.length]).toEqual([32, 32, 32 * 32 * 3]);
  });

  it('names a wrong size or method with what is possible', async () => {
    const file = path.join(fixtures, 'grey.png');
    await expect(loadPicture(file, 32, 'cubic' as 'cv2')).rejects.toThrow(
      'resize is "cubic"; choose one of cv2, antialiased',
    );
    await expect(loadPicture(file, 0, 'cv2')).rejects.toThrow(
      'width is 0; it must be a whole number, 1 to 16384',
    );
  });
});
