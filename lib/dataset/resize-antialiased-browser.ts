import { checkWhole } from '../core/check';
import { channelsOf } from './channels';
import { largestSide, roundHalfEven } from './resize';
import type { Pixels } from './xray';

/*
 * Where there is no sharp: the arithmetic of libvips 8.18, which sharp calls (resample/reducev.cpp, shrinkv.c). A side is
 * first averaged in whole boxes as far as twice the wanted size is left, then reduced with a triangle as wide as the
 * reduction, in fixed point.
 */

/** A picture as rows of numbers, of which only the count is to change. */
interface Rows {
  readonly data: Uint8Array;
  readonly count: number;
  /** Numbers a row. */
  readonly length: number;
}

/** Positions between two pixels that have weights of their own. */
const positions = 64;
/** Weights are shares of this. */
const one = 4096;
/** Rows that libvips computes at a time; positions are summed up from the first of them, rounding errors included. */
const strip = 16;

const clamp = (value: number, last: number): number => Math.min(last, Math.max(0, value));

/** Means of `box` rows each; the last row is repeated where one is missing. */
function averageRows({ data, count, length }: Rows, box: number): Rows {
  const rows = Math.ceil(count / box);
  const averaged = new Uint8Array(rows * length);
  // A division by a fixed-point factor, as there: rounded down, it takes less than an exact one now and then.
  const factor = Math.floor(2 ** 32 / (256 * box));
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < length; i++) {
      let sum = box >> 1;
      for (let k = 0; k < box; k++) sum += data[clamp(row * box + k, count - 1) * length + i]!;
      averaged[row * length + i] = Math.imul(sum, factor) >>> 24;
    }
  return { data: averaged, count: rows, length };
}

/** Weights of a triangle over `points` pixels for each position between two of them. */
function triangles(points: number, shrink: number): Int32Array[] {
  return Array.from({ length: positions + 1 }, (_, position) => {
    const middle = position / positions + points / 2 - 1;
    const heights = Array.from({ length: points }, (_unused, i) =>
      Math.max(0, 1 - Math.abs((i - middle) / shrink)),
    );
    const sum = heights.reduce((a, b) => a + b, 0);
    return Int32Array.from(heights, (height) => (height / sum) * one);
  });
}

function reduceRows(rows: Rows, to: number): Rows {
  // As it is handed on there: twice inverted.
  const whole = 1 / (1 / (rows.count / to));
  const box = Math.max(1, Math.floor(rows.count / to / 2));
  const { data, count, length } = box > 1 ? averageRows(rows, box) : rows;
  const shrink = whole / box;
  if (shrink === 1) return { data, count, length };
  const invented = (to * whole - rows.count) / box;
  const points = 2 * roundHalfEven(shrink) + 1;
  const weights = triangles(points, shrink);
  const before = Math.ceil(points / 2) - 1;
  const reduced = new Uint8Array(to * length);
  let at = 0;
  for (let row = 0; row < to; row++, at += shrink) {
    if (row % strip === 0) at = (row + 0.5) * shrink - 0.5 - ((1 + invented) / 2 - 1);
    const first = Math.trunc(at) - before;
    const weight = weights[((Math.trunc(at * positions * 2) & (positions * 2 - 1)) + 1) >> 1]!;
    for (let i = 0; i < length; i++) {
      let sum = one / 2;
      for (let k = 0; k < points; k++) sum += weight[k]! * data[clamp(first + k, count - 1) * length + i]!;
      reduced[row * length + i] = clamp(Math.floor(sum / one), 255);
    }
  }
  return { data: reduced, count: to, length };
}

/** For each place of a side that grows the two it lies between, and the share of the second, of `one`. */
const between = (from: number, to: number) =>
  Array.from({ length: to }, (_, i) => {
    // Half a pixel from where it should be, as there (affine.c); edges are repeated.
    const at = clamp((i * from) / to - 0.5, from - 1);
    const first = Math.floor(at);
    return { first, second: Math.min(from - 1, first + 1), share: Math.floor((at - first) * one) };
  });

/** Linear between pixels in both directions, as there (interpolate.c). */
function enlarge(
  { width, height, data }: Pixels,
  toWidth: number,
  toHeight: number,
  channels: number,
): Pixels {
  const enlarged = new Uint8Array(toWidth * toHeight * channels);
  const columns = between(width, toWidth);
  let o = 0;
  for (const { first: above, second: below, share: down } of between(height, toHeight))
    for (const { first: left, second: right, share: across } of columns) {
      const both = Math.floor((down * across) / one);
      const aside = Math.floor(((one - down) * across) / one);
      for (let c = 0; c < channels; c++) {
        const at = (y: number, x: number) => data[(y * width + x) * channels + c]!;
        const sum =
          (one - down - aside) * at(above, left) +
          aside * at(above, right) +
          (down - both) * at(below, left) +
          both * at(below, right);
        enlarged[o++] = Math.floor((sum + one / 2) / one);
      }
    }
  return { width: toWidth, height: toHeight, data: enlarged };
}

/** Columns as rows, and back. */
function turn(data: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        turned[(x * height + y) * channels + c] = data[(y * width + x) * channels + c]!;
  return turned;
}

/**
 * What `resizeAntialiased` does, without sharp, for the browser. Equal where a picture is made smaller, but for single
 * levels of places that lie exactly between two positions of libvips' table.
 * @param width of the result, pixels, 1 to 16384
 * @param height of the result, pixels, 1 to 16384
 * @throws InputError for a size out of range
 */
export function resizeAntialiasedInBrowser(pixels: Pixels, width: number, height: number): Pixels {
  checkWhole('width', width, 1, largestSide);
  checkWhole('height', height, 1, largestSide);
  const channels = channelsOf(pixels);
  const rows = Math.min(height, pixels.height);
  const columns = Math.min(width, pixels.width);
  const down = reduceRows({ data: pixels.data, count: pixels.height, length: pixels.width * channels }, rows);
  const turned = turn(down.data, pixels.width, rows, channels);
  const across = reduceRows({ data: turned, count: pixels.width, length: rows * channels }, columns);
  const reduced = { width: columns, height: rows, data: turn(across.data, rows, columns, channels) };
  return columns < width || rows < height ? enlarge(reduced, width, height, channels) : reduced;
}
