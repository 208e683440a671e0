import type { Random } from '../../core/random';

/** A square picture of one number a pixel, row by row from the top left. */
export interface Field {
  /** Pixels along one side. */
  readonly size: number;
  /** Length size · size. */
  readonly data: Float32Array;
}

/** A field of zeros. */
export const emptyField = (size: number): Field => ({ size, data: new Float32Array(size * size) });

/** 0 below `low`, 1 above `high`, a smooth cubic between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

function gaussianKernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

/** Blurs along rows and writes the result transposed: two passes blur both ways and restore the order. */
function blurRowsTransposed(from: Float32Array, size: number, kernel: Float32Array): Float32Array {
  const radius = kernel.length >> 1;
  const padded = new Float32Array(size + 2 * radius);
  const to = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    padded.set(from.subarray(y * size, (y + 1) * size), radius);
    padded.fill(from[y * size]!, 0, radius);
    padded.fill(from[(y + 1) * size - 1]!, radius + size);
    for (let x = 0; x < size; x++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * padded[x + k]!;
      to[x * size + y] = sum;
    }
  }
  return to;
}

/** Gaussian blur, separable, edges repeated. @param sigma in pixels */
export function blur({ size, data }: Field, sigma: number): Field {
  const kernel = gaussianKernel(sigma);
  return { size, data: blurRowsTransposed(blurRowsTransposed(data, size, kernel), size, kernel) };
}

/** The same picture in more pixels, bilinear. */
export function enlarge({ size: small, data }: Field, size: number): Field {
  const large = emptyField(size);
  const scale = (small - 1) / (size - 1);
  for (let y = 0; y < size; y++) {
    const top = Math.min(small - 2, Math.floor(y * scale));
    const down = y * scale - top;
    for (let x = 0; x < size; x++) {
      const left = Math.min(small - 2, Math.floor(x * scale));
      const right = x * scale - left;
      const i = top * small + left;
      const above = data[i]! * (1 - right) + data[i + 1]! * right;
      const below = data[i + small]! * (1 - right) + data[i + small + 1]! * right;
      large.data[y * size + x] = above * (1 - down) + below * down;
    }
  }
  return large;
}

/** A field made of another's numbers; a plain loop, several times faster than `map` of a typed array. */
export function mapField({ size, data }: Field, f: (value: number, i: number) => number): Field {
  const to = emptyField(size);
  for (let i = 0; i < data.length; i++) to.data[i] = f(data[i]!, i);
  return to;
}

/** Sum over all pixels. */
export function sumOf({ data }: Field): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  return sum;
}

function standardise(field: Field): Field {
  const { data } = field;
  const mean = sumOf(field) / data.length;
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += (data[i]! - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / data.length) || 1);
  for (let i = 0; i < data.length; i++) data[i] = (data[i]! - mean) * scale;
  return field;
}

/**
 * Noise of one scale, mean 0 and standard deviation 1 over the picture.
 * @param sigma width of the Gaussian that smooths it, in pixels
 */
export function smoothNoise(random: Random, size: number, sigma: number): Field {
  // Coarse noise needs fewer draws: on a grid whose step stays well below its own width nothing is lost.
  const step = Math.max(1, Math.floor(sigma / 1.5));
  const coarse = emptyField(Math.ceil(size / step) + 1);
  for (let i = 0; i < coarse.data.length; i++) coarse.data[i] = random.uniform() - 0.5;
  const smooth = blur(coarse, sigma / step);
  return standardise(step === 1 ? cut(smooth, size) : enlarge(smooth, size));
}

function cut({ size: large, data }: Field, size: number): Field {
  const small = emptyField(size);
  for (let y = 0; y < size; y++) small.data.set(data.subarray(y * large, y * large + size), y * size);
  return small;
}
