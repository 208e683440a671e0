import { checkWhole, InputError } from '../core/check';
import type { Pixels } from '../dataset/xray';
import type { BackboneOptions } from '../networks/backbone-options';
import { loadBackbone } from '../networks/load-backbone';

/** One kernel of a network's first convolution. */
export interface KernelPicture {
  /** 0 is mid-grey, the kernel's largest weight by amount white, or black where it is negative. */
  readonly picture: Pixels;
  /** Layer and kernel, from 1: "block1_conv · 3". */
  readonly caption: string;
}

/**
 * The kernels of a convolution as pictures, each scaled by its own largest weight: red, green and blue are the weights
 * of the three input channels.
 * @param weights [side, side, 3, count], the last index running fastest
 * @param blockSize pixels along the side of one weight
 */
export function kernelPixels(
  weights: Float32Array,
  side: number,
  count: number,
  blockSize: number,
): Pixels[] {
  const size = side * blockSize;
  return Array.from({ length: count }, (_, kernel) => {
    const own = Array.from({ length: side * side * 3 }, (_, i) => weights[i * count + kernel]!);
    const largest = Math.max(...own.map(Math.abs)) || 1;
    const grey = own.map((weight) => Math.round(127.5 + (127.5 * weight) / largest));
    const data = new Uint8Array(size * size * 3);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const place = Math.floor(y / blockSize) * side + Math.floor(x / blockSize);
        data.set(grey.slice(place * 3, place * 3 + 3), (y * size + x) * 3);
      }
    return { width: size, height: size, data };
  });
}

/**
 * What a network looks for first: the kernels of its first convolution, as small pictures of hard-edged blocks.
 * @param count kernels to show, 1 to 256; of fewer all. Default 32
 * @param size of a picture's side, pixels; the nearest that a whole number of pixels a weight gives. Default 40
 * @throws InputError for missing weights, or a network that has no convolution over colour pictures
 */
export async function kernelPictures(
  options: BackboneOptions,
  { count = 32, size = 40 }: { readonly count?: number; readonly size?: number } = {},
): Promise<KernelPicture[]> {
  checkWhole('count', count, 1, 256);
  checkWhole('size', size, 1, 1024);
  const { model, title } = await loadBackbone(options);
  try {
    const first = model.layers.find((layer) => layer.weights[0]?.shape.length === 4);
    const [side, width, channels, kernels] = (first?.weights[0]?.shape ?? []) as number[];
    if (!first || !side || side !== width || channels !== 3 || !kernels)
      throw new InputError(`${title} has no first convolution whose kernels could be shown`);
    const weights = (await first.getWeights()[0]!.data()) as Float32Array;
    const blockSize = Math.max(1, Math.round(size / side));
    return kernelPixels(weights, side, kernels, blockSize)
      .slice(0, count)
      .map((picture, i) => ({ picture, caption: `${first.name} · ${i + 1}` }));
  } finally {
    model.dispose();
  }
}
