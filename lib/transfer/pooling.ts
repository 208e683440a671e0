/** How a feature map [h, w, c] becomes a row of numbers before the head. */
export const poolingNames = ['article', 'grid', 'mean', 'none'] as const;
/**
 * - `article`: AveragePooling2D 4×4, stride 4, as in the article; of a 7×7 map it sees the top left 4×4 only
 * - `grid`: averages over a 3×3 grid that covers the whole map
 * - `mean`: one average over the whole map
 * - `none`: the map itself, for fine-tuning
 */
export type PoolingName = (typeof poolingNames)[number];

/** A `Keras AveragePooling2D`, padding "valid". */
export interface Pooling {
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
}

const perSide: Record<PoolingName, (side: number) => { window: number; stride: number }> = {
  article: (side) => ({ window: Math.min(4, side), stride: 4 }),
  grid: (side) => {
    const stride = Math.max(1, Math.floor(side / 3));
    return { window: Math.max(1, side - 2 * stride), stride };
  },
  mean: (side) => ({ window: side, stride: side }),
  none: () => ({ window: 1, stride: 1 }),
};

/** The pooling of that name for a feature map of this shape [h, w, c]. */
export function poolingFor(name: PoolingName, [height, width]: readonly number[]): Pooling {
  const [y, x] = [perSide[name](height!), perSide[name](width!)];
  return { window: [y.window, x.window], stride: [y.stride, x.stride] };
}

/** Shape [h, w, c] of a feature map [h, w, c] after pooling. */
export function pooledShape(
  { window, stride }: Pooling,
  [height, width, channels]: readonly [number, number, number],
): [number, number, number] {
  const side = (n: number, i: 0 | 1) => Math.floor((n - window[i]) / stride[i]) + 1;
  return [side(height, 0), side(width, 1), channels];
}
