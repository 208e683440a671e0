/** erfc(x), x ≥ 0: erf's series of positive terms below 1.5, a continued fraction above. Relative error 1e-14. */
function complementaryError(x: number): number {
  const front = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 1.5) {
    let term = 2 * x;
    let sum = term;
    for (let k = 1; term > sum * 1e-17; k++) sum += term *= (2 * x * x) / (2 * k + 1);
    return 1 - front * sum;
  }
  // erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), evaluated from far inside.
  let fraction = x;
  for (let k = 120; k >= 1; k--) fraction = x + k / 2 / fraction;
  return front / fraction;
}

/** The probability that a standard normal number lies below z. */
export const normalProbability = (z: number): number => {
  const tail = complementaryError(Math.abs(z) / Math.SQRT2) / 2;
  return z < 0 ? tail : 1 - tail;
};

/** The probability that a standard normal number is at least as far from 0 as z: the two-sided p of a z test. */
export const twoSidedP = (z: number): number => complementaryError(Math.abs(z) / Math.SQRT2);
