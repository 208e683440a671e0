import type { Xray } from '../dataset/xray';
import type { Rows } from './rows';
import { thumbnailSize } from './thumbnails';

const rowsOf = (rows: readonly (readonly number[])[]): Rows => ({
  data: Float32Array.from(rows.flat()),
  dimension: rows[0]!.length,
});

function meanAndDeviation(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}

/** Width, height and aspect, by their logarithms. */
export const sizeRows = (xrays: readonly Pick<Xray, 'width' | 'height'>[]): Rows =>
  rowsOf(xrays.map(({ width, height }) => [Math.log(width), Math.log(height), Math.log(width / height)]));

/** Mean, standard deviation and five quantiles of the grey levels of thumbnails. */
export const exposureRows = (thumbnails: readonly Float32Array[]): Rows =>
  rowsOf(
    thumbnails.map((thumbnail) => {
      const sorted = [...thumbnail].sort((a, b) => a - b);
      const quantiles = [0.02, 0.25, 0.5, 0.75, 0.98].map(
        (p) => sorted[Math.round(p * (sorted.length - 1))]!,
      );
      return [...meanAndDeviation(sorted), ...quantiles];
    }),
  );

/** Pixels of a thumbnail's edge strip: the outer sixteenth, as the region `border`. */
const strip = thumbnailSize / 16;

/** Mean and standard deviation of each third of the strips along the four edges of thumbnails: 24 numbers. */
export const edgeRows = (thumbnails: readonly Float32Array[]): Rows =>
  rowsOf(
    thumbnails.map((thumbnail) => {
      const parts = Array.from({ length: 12 }, (): number[] => []);
      thumbnail.forEach((value, i) => {
        const x = i % thumbnailSize;
        const y = Math.floor(i / thumbnailSize);
        const third = (at: number) => Math.floor((3 * at) / thumbnailSize);
        if (y < strip) parts[third(x)]!.push(value);
        if (y >= thumbnailSize - strip) parts[3 + third(x)]!.push(value);
        if (x < strip) parts[6 + third(y)]!.push(value);
        if (x >= thumbnailSize - strip) parts[9 + third(y)]!.push(value);
      });
      return parts.flatMap(meanAndDeviation);
    }),
  );

/** Side of the coarser thumbnail. */
const coarse = thumbnailSize / 2;

/** Thumbnails of 16×16 pixels: each the mean of 2×2. */
export const thumbnailRows = (thumbnails: readonly Float32Array[]): Rows =>
  rowsOf(
    thumbnails.map((thumbnail) =>
      Array.from({ length: coarse * coarse }, (_, i) => {
        const corner = 2 * (Math.floor(i / coarse) * thumbnailSize + (i % coarse));
        const pixels = [corner, corner + 1, corner + thumbnailSize, corner + thumbnailSize + 1];
        return pixels.reduce((sum, pixel) => sum + thumbnail[pixel]!, 0) / pixels.length;
      }),
    ),
  );

/** A number for each name that occurs: 1 where it is the picture's, else 0. */
export function nameRows(names: readonly string[]): Rows {
  const known = [...new Set(names)];
  return rowsOf(names.map((name) => known.map((other) => (other === name ? 1 : 0))));
}
