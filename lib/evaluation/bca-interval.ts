import { normalProbability } from './normal-distribution';
import { normalQuantile } from './normal-quantile';
import { zOf } from './wilson';

/** The quantile of sorted numbers, linear between them, as numpy.quantile has it. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (high - low) * (place - below);
}

/** How far the figure's spread changes with the figure: the jackknife's skewness, 0 where nothing varies. */
function acceleration(leftOut: readonly number[]): number {
  const mean = leftOut.reduce((a, b) => a + b, 0) / leftOut.length;
  let squares = 0;
  let cubes = 0;
  for (const value of leftOut) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/**
 * The bias-corrected and accelerated interval of a bootstrap (Efron 1987; Efron and Tibshirani 1993, chapter 14).
 * @param value the figure itself
 * @param resampled the figure of each resample, one or more
 * @param leftOut the figure without each of the units resampled
 */
export function bcaInterval(
  value: number,
  resampled: readonly number[],
  leftOut: readonly number[],
  confidence: number,
): { low: number; high: number } {
  const sorted = Float64Array.from(resampled).sort();
  const count = sorted.length;
  let below = 0;
  for (const one of sorted) below += one < value ? 1 : one === value ? 0.5 : 0;
  // A figure outside all resamples counts as half a resample inside; its quantile would be infinite.
  const bias = normalQuantile(Math.min(Math.max(below, 0.5), count - 0.5) / count);
  const a = acceleration(leftOut);
  const end = (z: number) => quantile(sorted, normalProbability(bias + (bias + z) / (1 - a * (bias + z))));
  const z = zOf(confidence);
  return { low: end(-z), high: end(z) };
}
