import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { resizeAntialiased } from '../../lib/dataset/resize-antialiased';
import { resizeAntialiasedInBrowser } from '../../lib/dataset/resize-antialiased-browser';

/** Slopes under noise, in which every kind of rounding occurs. */
function picture(width: number, height: number, channels: 1 | 3) {
  const random = seededRandom(`${width} ${height} ${channels}`);
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => ((i % (width * channels)) / (width * channels)) * 120 + random.integer(120),
  );
  return { width, height, data };
}

async function compare(width: number, height: number, channels: 1 | 3) {
  const pixels = picture(width, height, channels);
  const expected = await resizeAntialiased(pixels, 224, 224);
  const found = resizeAntialiasedInBrowser(pixels, 224, 224);
  expect(found.data).toHaveLength(expected.data.length);
  const off = found.data.map((value, i) => Math.abs(value - expected.data[i]!)).filter((level) => level > 0);
  return {
    largest: off.reduce((most, level) => Math.max(most, level), 0),
    share: off.length / found.data.length,
  };
}

describe('the same pixels as by sharp', () => {
  test.each<[number, number, 1 | 3]>([
    [224, 224, 3],
    [225, 224, 3],
    [300, 260, 1],
    [300, 300, 3],
    [448, 448, 3],
    [500, 400, 3],
    [640, 480, 1],
    [1000, 700, 1],
    [1391, 1127, 1],
  ])('%i × %i, %i channels: every one', async (width, height, channels) => {
    expect(await compare(width, height, channels)).toEqual({ largest: 0, share: 0 });
  });

  // Rows that lie exactly between two of libvips' positions, as 897 / 224 gives them, may go to either.
  test.each<[number, number, 1 | 3]>([
    [897, 897, 3],
    [777, 1333, 1],
    // Sides that grow.
    [100, 120, 3],
    [150, 300, 1],
    [300, 150, 3],
    [224, 100, 1],
  ])('%i × %i, %i channels: but for single levels in few places', async (width, height, channels) => {
    const { largest, share } = await compare(width, height, channels);
    expect(largest).toBeLessThanOrEqual(1);
    expect(share).toBeLessThan(0.005);
  });
});
