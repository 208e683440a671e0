/** Rows of numbers, one a picture: [pictures, dimension]. */
export interface Rows {
  readonly data: Float32Array;
  readonly dimension: number;
}

/** The rows of the pictures with these numbers. */
export function rowsAt({ data, dimension }: Rows, numbers: readonly number[]): Rows {
  const chosen = new Float32Array(numbers.length * dimension);
  numbers.forEach((number, i) => {
    chosen.set(data.subarray(number * dimension, (number + 1) * dimension), i * dimension);
  });
  return { data: chosen, dimension };
}

/** Rows of one dimension, one list behind the other. */
export function joined(...lists: readonly Rows[]): Rows {
  const data = new Float32Array(lists.reduce((sum, rows) => sum + rows.data.length, 0));
  let offset = 0;
  for (const rows of lists) {
    data.set(rows.data, offset);
    offset += rows.data.length;
  }
  return { data, dimension: lists[0]!.dimension };
}

/** Whether every picture has the same numbers. */
export const constant = ({ data, dimension }: Rows): boolean =>
  data.every((value, k) => value === data[k % dimension]);
