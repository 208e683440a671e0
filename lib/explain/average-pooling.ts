import { type Pooling, pooledShape } from '../transfer/pooling';

/** Height, width, channels. */
export type MapShape = readonly [number, number, number];

/** Calls `visit` with each place of the map under each window: both offsets are those of channel 0. */
function eachPair(shape: MapShape, pooling: Pooling, visit: (map: number, pooled: number) => void): void {
  const [, width, channels] = shape;
  const { window, stride } = pooling;
  const [rows, columns] = pooledShape(pooling, [...shape]);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let y = row * stride[0]; y < row * stride[0] + window[0]; y++)
        for (let x = column * stride[1]; x < column * stride[1] + window[1]; x++)
          visit((y * width + x) * channels, (row * columns + column) * channels);
}

/** Averages of a map [h, w, c] over the pooling's windows, as tf.avgPool with padding "valid". */
export function averagePooling(map: Float32Array, shape: MapShape, pooling: Pooling): Float32Array {
  const channels = shape[2];
  const [rows, columns] = pooledShape(pooling, [...shape]);
  const pooled = new Float32Array(rows * columns * channels);
  const share = 1 / (pooling.window[0] * pooling.window[1]);
  eachPair(shape, pooling, (from, to) => {
    for (let k = 0; k < channels; k++) pooled[to + k]! += share * map[from + k]!;
  });
  return pooled;
}

/** The gradient at the map [h, w, c], given that at the averages: each window hands its own to all its places alike. */
export function averagePoolingGradient(
  gradient: Float32Array,
  shape: MapShape,
  pooling: Pooling,
): Float32Array {
  const channels = shape[2];
  const back = new Float32Array(shape[0] * shape[1] * channels);
  const share = 1 / (pooling.window[0] * pooling.window[1]);
  eachPair(shape, pooling, (to, from) => {
    for (let k = 0; k < channels; k++) back[to + k]! += share * gradient[from + k]!;
  });
  return back;
}
