/** Pictures (their places) that have one score. */
export interface TiedScores {
  readonly score: number;
  readonly pictures: readonly number[];
}

/** Pictures by score, from the highest down, those of equal score together. */
export function tiedScores(scores: readonly number[]): TiedScores[] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const tied: { score: number; pictures: number[] }[] = [];
  for (const i of order) {
    const last = tied.at(-1);
    if (last && last.score === scores[i]!) last.pictures.push(i);
    else tied.push({ score: scores[i]!, pictures: [i] });
  }
  return tied;
}
