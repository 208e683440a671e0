import { tiedScores } from './tied-scores';

/** How many pictures are called positive at a threshold, rightly and wrongly. */
export interface DecisionCounts {
  /** Pictures that score this or more are called positive; null for none called. */
  readonly threshold: number | null;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** The counts at every threshold that makes a difference, from none called to all called. */
export function decisionCounts(scores: readonly number[], positives: readonly boolean[]): DecisionCounts[] {
  const counts: DecisionCounts[] = [{ threshold: null, truePositives: 0, falsePositives: 0 }];
  let truePositives = 0;
  let falsePositives = 0;
  for (const { score, pictures } of tiedScores(scores)) {
    for (const i of pictures) {
      if (positives[i]) truePositives++;
      else falsePositives++;
    }
    counts.push({ threshold: score, truePositives, falsePositives });
  }
  return counts;
}
