/** One number a place of a picture, row by row from the top left: how much it speaks for a class. */
export interface Heatmap {
  readonly width: number;
  readonly height: number;
  /** Length width · height. */
  readonly data: Float32Array;
}

/** For each target place the two source places that it lies between, and the share of the second. */
function between(from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    // Centres of places, not their edges, lie on one another.
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.floor(at);
    return { first, second: Math.min(from - 1, first + 1), share: at - first };
  });
}

/** The map in other pixels, bilinear, edges repeated; as tf.image.resize. */
export function resizeHeatmap(map: Heatmap, width: number, height: number): Heatmap {
  const columns = between(map.width, width);
  const data = new Float32Array(width * height);
  between(map.height, height).forEach(({ first, second, share: down }, y) => {
    const above = first * map.width;
    const below = second * map.width;
    columns.forEach(({ first: left, second: right, share }, x) => {
      const top = map.data[above + left]! * (1 - share) + map.data[above + right]! * share;
      const bottom = map.data[below + left]! * (1 - share) + map.data[below + right]! * share;
      data[y * width + x] = top * (1 - down) + bottom * down;
    });
  });
  return { width, height, data };
}
