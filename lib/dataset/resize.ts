import { checkWhole } from '../core/check';
import { channelsOf } from './channels';
import type { Pixels } from './xray';

/** Coefficients of OpenCV's linear interpolation are fixed-point numbers with 11 bits after the point. */
const one = 2048;

/** Pixels along a side of the largest result. */
export const largestSide = 16_384;

/** The nearest whole number, of two the even one, as C's rint has it. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

interface Taps {
  /** First and second source index of each target index. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Their weights, of 2048. */
  readonly weight0: Int32Array;
  readonly weight1: Int32Array;
}

/** At the edges OpenCV drops the fraction of columns, but keeps that of rows and only clamps their index. */
function linearTaps(from: number, to: number, dropFraction: boolean): Taps {
  const scale = 1 / (to / from);
  const taps: Taps = {
    first: new Int32Array(to),
    second: new Int32Array(to),
    weight0: new Int32Array(to),
    weight1: new Int32Array(to),
  };
  const clamp = (index: number) => Math.min(Math.max(index, 0), from - 1);
  for (let i = 0; i < to; i++) {
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const index = Math.floor(position);
    let fraction = Math.fround(position - index);
    if (dropFraction && (index < 0 || index >= from - 1)) fraction = 0;
    taps.first[i] = clamp(index);
    taps.second[i] = clamp(index + 1);
    taps.weight0[i] = roundHalfEven(Math.fround(Math.fround(1 - fraction) * one));
    taps.weight1[i] = roundHalfEven(Math.fround(fraction * one));
  }
  return taps;
}

/** One source row interpolated along x, in units of 1/2048, then shifted by the 4 bits that OpenCV drops here. */
function interpolateRow(source: Uint8Array, start: number, taps: Taps, row: Int32Array): void {
  if (row.length === taps.first.length) {
    for (let x = 0; x < row.length; x++)
      row[x] =
        (source[start + taps.first[x]!]! * taps.weight0[x]! +
          source[start + taps.second[x]!]! * taps.weight1[x]!) >>
        4;
    return;
  }
  for (let x = 0, o = 0; x < taps.first.length; x++) {
    const a = start + taps.first[x]! * 3;
    const b = start + taps.second[x]! * 3;
    const wa = taps.weight0[x]!;
    const wb = taps.weight1[x]!;
    row[o++] = (source[a]! * wa + source[b]! * wb) >> 4;
    row[o++] = (source[a + 1]! * wa + source[b + 1]! * wb) >> 4;
    row[o++] = (source[a + 2]! * wa + source[b + 2]! * wb) >> 4;
  }
}

/** OpenCV takes the mean of 2×2 pixels where both sides are halved exactly. */
function halve(pixels: Pixels, toWidth: number, toHeight: number): Pixels {
  const { width, data } = pixels;
  const channels = channelsOf(pixels);
  const halved = new Uint8Array(toWidth * toHeight * channels);
  const stride = width * channels;
  for (let y = 0, o = 0; y < toHeight; y++)
    for (let x = 0; x < toWidth; x++)
      for (let c = 0; c < channels; c++) {
        const i = 2 * (y * stride + x * channels) + c;
        const below = i + stride;
        halved[o++] = (data[i]! + data[i + channels]! + data[below]! + data[below + channels]! + 2) >> 2;
      }
  return { width: toWidth, height: toHeight, data: halved };
}

/**
 * Resizes bit for bit as OpenCV's `cv2.resize(picture, (width, height))` does on uint8 (INTER_LINEAR, no
 * antialiasing): what the article used. OpenCV: modules/imgproc/src/resize.cpp. One channel stays one.
 * @param width of the result, pixels, 1 to 16384
 * @param height of the result, pixels, 1 to 16384
 * @throws InputError for a size out of range
 */
export function resizeBilinear(pixels: Pixels, width: number, height: number): Pixels {
  checkWhole('width', width, 1, largestSide);
  checkWhole('height', height, 1, largestSide);
  if (pixels.width === width && pixels.height === height) return pixels;
  if (pixels.width === 2 * width && pixels.height === 2 * height) return halve(pixels, width, height);
  const columns = linearTaps(pixels.width, width, true);
  const rows = linearTaps(pixels.height, height, false);
  const channels = channelsOf(pixels);
  const stride = width * channels;
  const data = new Uint8Array(height * stride);
  let upper: Int32Array = new Int32Array(stride);
  let lower: Int32Array = new Int32Array(stride);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0, o = 0; y < height; y++) {
    const first = rows.first[y]!;
    const second = rows.second[y]!;
    if (first === lowerRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (first !== upperRow) interpolateRow(pixels.data, first * pixels.width * channels, columns, upper);
    if (second !== lowerRow) interpolateRow(pixels.data, second * pixels.width * channels, columns, lower);
    upperRow = first;
    lowerRow = second;
    const wa = rows.weight0[y]!;
    const wb = rows.weight1[y]!;
    for (let i = 0; i < stride; i++)
      data[o++] = (((wa * upper[i]!) >> 16) + ((wb * lower[i]!) >> 16) + 2) >> 2;
  }
  return { width, height, data };
}
