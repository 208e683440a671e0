import { describe, expect, test } from 'vitest';
import { edgeRows, exposureRows, nameRows, sizeRows, thumbnailRows } from '../../lib/audit/plain-numbers';

const thumbnail = (grey: (x: number, y: number) => number) =>
  Float32Array.from({ length: 32 * 32 }, (_, i) => grey(i % 32, Math.floor(i / 32)));

describe('numbers that see no lung', () => {
  test('the size: logarithms of width, height and aspect', () => {
    const { data, dimension } = sizeRows([{ width: 200, height: 100 }]);
    expect(dimension).toBe(3);
    expect([...data].map((value) => Math.exp(value).toFixed(3))).toEqual(['200.000', '100.000', '2.000']);
  });

  test('the exposure: mean, deviation and quantiles', () => {
    const { data, dimension } = exposureRows([thumbnail((x) => (x < 16 ? 0 : 100)), thumbnail(() => 7)]);
    expect(dimension).toBe(7);
    expect([...data]).toEqual([50, 50, 0, 0, 100, 100, 100, 7, 0, 7, 7, 7, 7, 7]);
  });

  test('the edges: nothing but the outer two pixels, each third of each side', () => {
    const inside = edgeRows([thumbnail((x, y) => (x > 1 && x < 30 && y > 1 && y < 30 ? 255 : 40))]);
    expect([...inside.data]).toEqual(Array.from({ length: 12 }, () => [40, 0]).flat());
    // A mark in the upper right corner: the last third of the upper strip, the first of the right one.
    const marked = edgeRows([thumbnail((x, y) => (x > 27 && y < 2 ? 255 : 0))]);
    const means = [...marked.data].filter((_, i) => i % 2 === 0);
    expect(means.map((mean) => mean > 0)).toEqual(means.map((_, part) => part === 2 || part === 9));
  });

  test('a thumbnail of 16×16: means of 2×2', () => {
    const { data, dimension } = thumbnailRows([thumbnail((x, y) => x + 100 * y)]);
    expect(dimension).toBe(256);
    expect(data[0]).toBe(50.5);
    expect(data[1]).toBe(52.5);
    expect(data[16]).toBe(250.5);
    expect(data[255]).toBe(30.5 + 3050);
  });

  test('names: a column each', () => {
    expect([...nameRows(['a', 'b', 'a', 'c']).data]).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1]);
  });
});
