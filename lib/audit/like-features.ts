import type { Gram } from './logistic';

/** Two pictures at places `first` < `second` of a list, and the cosine of the angle between their features. */
export interface LikeFeatures {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

/**
 * Features so much more alike than those of most pairs are of nearly the same picture; in standard deviations of
 * Fisher's z (atanh of the cosine). Of 45,000 pairs of different children's X-rays none lay above 5.1 with MobileNet's
 * features; pictures compressed or cropped by 2 % lay above 8, nine in ten of those cropped by 5 %, which the perceptual
 * hash does not know again, above 7.
 */
export const mostDeviations = 6;

/** Between a pair's cosine and 1, so that copies have a finite z. */
const closest = 1e-9;
const fisherZ = (cosine: number): number => Math.atanh(Math.min(cosine, 1 - closest));

/** The cosines of all pairs of pictures that were trained on; a picture without any features is like none. */
export function featureSimilarities({ trained, products }: Gram): LikeFeatures[] {
  const lengths = Array.from({ length: trained }, (_, i) => Math.sqrt(products[i * (trained + 1)]!));
  const pairs: LikeFeatures[] = [];
  for (let first = 0; first < trained; first++)
    for (let second = first + 1; second < trained; second++) {
      const scale = lengths[first]! * lengths[second]!;
      if (scale > 0) pairs.push({ first, second, similarity: products[first * trained + second]! / scale });
    }
  return pairs;
}

/** Those that stand out from all the others, most alike first. */
export function outstanding(pairs: readonly LikeFeatures[]): LikeFeatures[] {
  const sorted = Float64Array.from(pairs, ({ similarity }) => fisherZ(similarity)).sort();
  const quantile = (p: number) => sorted[Math.floor(p * (sorted.length - 1))]!;
  // By quantiles, since copies would widen the deviation that they are to stand out by.
  const deviation = (quantile(0.8413) - quantile(0.1587)) / 2;
  const least = quantile(0.5) + mostDeviations * deviation;
  return pairs
    .filter(({ similarity }) => fisherZ(similarity) > least)
    .sort((a, b) => b.similarity - a.similarity || a.first - b.first || a.second - b.second);
}
