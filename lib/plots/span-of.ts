/** A figure that a title may name. */
export interface NamedValue {
  readonly name: string;
  readonly value: number;
}

/**
 * What several figures span, with the names of both ends: "from 0.467 (ResNet50) to 0.963 (VGG16)"; of one, or of equal
 * ones, the figure. Empty for none.
 * @param format writes a figure; default three decimals
 */
export function spanOf(
  figures: readonly NamedValue[],
  format: (value: number) => string = (value) => value.toFixed(3),
): string {
  const order = [...figures].sort((a, b) => a.value - b.value);
  const [least, most] = [order[0], order.at(-1)];
  if (!least || !most) return '';
  const end = ({ name, value }: NamedValue) => `${format(value)} (${name})`;
  if (least === most) return end(least);
  return format(least.value) === format(most.value)
    ? `${format(least.value)} in all`
    : `from ${end(least)} to ${end(most)}`;
}
