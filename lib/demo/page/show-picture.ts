import { resizeAntialiasedInBrowser } from '../../dataset/resize-antialiased-browser';
import type { Pixels } from '../../dataset/xray';
import type { Heatmap } from '../../explain/heatmap';
import { overlay } from '../../explain/overlay';

/** Most pixels along a side on the screen. */
const shownSide = 720;

/** A picture small enough to be shown, with its shape. */
export function shownPicture(pixels: Pixels): Pixels {
  const scale = Math.min(1, shownSide / Math.max(pixels.width, pixels.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return scale === 1 ? pixels : resizeAntialiasedInBrowser(pixels, side(pixels.width), side(pixels.height));
}

/** Draws a picture, with a map over it if one is given. */
export function drawPicture(canvas: HTMLCanvasElement, picture: Pixels, map: Heatmap | undefined): void {
  const { width, height, data } = map ? overlay(picture, map) : picture;
  const image = new ImageData(width, height);
  for (let i = 0, o = 0; i < data.length; i += 3, o += 4) {
    image.data.set(data.subarray(i, i + 3), o);
    image.data[o + 3] = 255;
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
