/** Length of the longest falling subsequence that ends at each place: losses that need not be next to each other. */
function fallsTo(losses: readonly number[]): number[] {
  const lengths: number[] = [];
  losses.forEach((loss, i) => {
    let before = 0;
    for (let j = 0; j < i; j++) if (losses[j]! > loss) before = Math.max(before, lengths[j]!);
    lengths.push(before + 1);
  });
  return lengths;
}

/**
 * Place of the learning rate that the rule "valley" suggests, fastai's default: the middle of the longest fall of the
 * loss. A fall of n losses that ends at place e is taken to begin at e − n.
 * @param losses by rising rate, one or more
 */
export function longestValley(losses: readonly number[]): number {
  const lengths = fallsTo(losses);
  const length = Math.max(...lengths);
  const end = lengths.indexOf(length);
  // A fall from the very first loss begins before it.
  return Math.max(0, end - length + Math.floor(length / 3) + Math.floor(length / 6));
}
