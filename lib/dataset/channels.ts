import type { Pixels } from './xray';

/** 1 for grey pixels on their way from the file, where they are a third of the work; 3 everywhere else. */
export const channelsOf = ({ width, height, data }: Pixels): number => data.length / (width * height);

/** Grey pixels as RGB; RGB as it is. */
export function asRgb(pixels: Pixels): Pixels {
  if (channelsOf(pixels) === 3) return pixels;
  const data = new Uint8Array(pixels.data.length * 3);
  for (let i = 0, o = 0; i < pixels.data.length; i++, o += 3)
    data[o] = data[o + 1] = data[o + 2] = pixels.data[i]!;
  return { ...pixels, data };
}
