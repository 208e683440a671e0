/** A function of one number read from a table: the outlines are asked for at every pixel. */
export function tabulate(low: number, high: number, f: (value: number) => number): (value: number) => number {
  const cells = 512;
  const table = Float64Array.from({ length: cells + 2 }, (_, i) => f(low + ((high - low) * i) / cells));
  return (value) => {
    const at = Math.min(cells, Math.max(0, ((value - low) / (high - low)) * cells));
    const cell = Math.floor(at);
    return table[cell]! + (at - cell) * (table[cell + 1]! - table[cell]!);
  };
}
