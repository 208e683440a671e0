/** Variance of an area θ of m positives and n negatives: Hanley and McNeil 1982, made symmetric as Newcombe 2006 does. */
function variance(area: number, m: number, n: number): number {
  const others = (m + n) / 2 - 1;
  const spread = 1 + others * ((1 - area) / (2 - area) + area / (1 + area));
  return (area * (1 - area) * spread) / (m * n);
}

/** The area between `from` (the estimate) and `to` (0 or 1) that lies z standard deviations from the estimate. */
function bound(from: number, to: number, z: number, m: number, n: number): number {
  let inside = from;
  let outside = to;
  for (let i = 0; i < 100; i++) {
    const area = (inside + outside) / 2;
    if (Math.abs(area - from) <= z * Math.sqrt(variance(area, m, n))) inside = area;
    else outside = area;
  }
  return inside;
}

/**
 * Newcombe's interval of an area under the ROC curve (Statistics in Medicine 25, 559–573, 2006, method 5), which inverts
 * the score test as Wilson's does, asks for nothing but the area and the counts, and so keeps its width at 0 and 1.
 * @param area in [0, 1]
 * @param z the standard normal quantile of the confidence
 * @param m positives, 1 or more
 * @param n negatives, 1 or more
 */
export const newcombeInterval = (
  area: number,
  z: number,
  m: number,
  n: number,
): { low: number; high: number } => ({ low: bound(area, 0, z, m, n), high: bound(area, 1, z, m, n) });
