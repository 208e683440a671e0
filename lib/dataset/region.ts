import { checkChoice } from '../core/check';
import { lungField, lungFieldSize } from './lung-field';
import { greyThumbnail } from './thumbnail';
import type { Pixels } from './xray';

/** What of a picture a network may see; the rest is black. */
export const regions = ['whole', 'without-centre', 'border', 'lungs'] as const;
/**
 * - `whole`: all of it
 * - `without-centre`: the outer eighth on every side, as Maguolo and Nanni 2021 do; next to nothing of the lungs
 * - `border`: the outer sixteenth on every side; none of the lungs
 * - `lungs`: the field of `lungField` alone; nothing where none is found
 */
export type Region = (typeof regions)[number];

/** Raised whenever a region would keep other pixels: cached features of the older ones are then not taken. */
export const regionVersion = 1;

/** Share of the side that is kept on every side. */
const margins = { 'without-centre': 1 / 8, border: 1 / 16 } as const;

const isInFrame = (at: number, length: number, margin: number): boolean =>
  at < Math.round(length * margin) || at >= length - Math.round(length * margin);

function keeps(pixels: Pixels, region: Exclude<Region, 'whole'>): (x: number, y: number) => boolean {
  const { width, height } = pixels;
  if (region !== 'lungs') {
    const margin = margins[region];
    return (x, y) => isInFrame(x, width, margin) || isInFrame(y, height, margin);
  }
  const found = lungField(greyThumbnail(pixels, lungFieldSize));
  const box = (at: number, length: number) => Math.floor((at * lungFieldSize) / length);
  return (x, y) => found?.mask[box(y, height) * lungFieldSize + box(x, width)] === 1;
}

/**
 * A picture with everything black but one region of it.
 * @throws InputError for an unknown region
 */
export function keepRegion(pixels: Pixels, region: Region): Pixels {
  checkChoice('region', region, regions);
  if (region === 'whole') return pixels;
  const { width, height } = pixels;
  const isKept = keeps(pixels, region);
  const data = new Uint8Array(pixels.data.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) if (isKept(x, y)) data.set(pixels.data.subarray(i, i + 3), i);
  return { width, height, data };
}

/**
 * A picture within another's border: the outer eighth on every side, all that `without-centre` keeps, is the other's.
 * @param other of the same size
 */
export function withBorderOf(pixels: Pixels, other: Pixels): Pixels {
  const { width, height } = pixels;
  const isBorder = keeps(pixels, 'without-centre');
  const data = pixels.data.slice();
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) if (isBorder(x, y)) data.set(other.data.subarray(i, i + 3), i);
  return { width, height, data };
}
