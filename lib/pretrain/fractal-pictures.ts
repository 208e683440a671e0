import type { Random } from '../core/random';
import { drawDeadLeaves } from './dead-leaves';
import { type FastRandom, indexedRandom } from './fast-random';
import { pictureSize, pointCount } from './fractal-classes';
import { drawDensity } from './fractal-density';
import { type IteratedFunctionSystem, jitter, playChaosGame } from './iterated-function-system';

/** Largest change of a map's numbers from one picture of a class to the next. */
const jitterAmount = 0.06;
/** Radians by which a picture is turned at most. */
const rotation = 0.5;
/** Share of the pictures that lie over dead leaves. */
const leavesShare = 0.7;
/** Largest standard deviation of the noise; the light of a fractal is 1 at most. */
const mostNoise = 0.06;

/** Weighted mean of three pixels in a row (1, 2, 1), along rows and then columns; edges repeat. */
function blur(picture: Float32Array, size: number): void {
  for (const [step, along] of [
    [1, size],
    [size, 1],
  ] as const)
    for (let line = 0; line < size; line++) {
      const start = line * along;
      let before = picture[start]!;
      for (let i = 0; i < size; i++) {
        const at = start + i * step;
        const here = picture[at]!;
        const after = i < size - 1 ? picture[at + step]! : here;
        picture[at] = (before + 2 * here + after) / 4;
        before = here;
      }
    }
}

/** Standard deviation of the sum of four bytes. */
const bytesDeviation = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

/** Adds noise, nearly normal: the sum of four bytes costs a quarter of Box and Muller's logarithm and root. */
function addNoise(picture: Float32Array, deviation: number, random: FastRandom): void {
  const factor = deviation / bytesDeviation;
  for (let i = 0; i < picture.length; i++) {
    const bits = random.bits();
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    picture[i]! += factor * (sum - 510);
  }
}

/** Mean 0, standard deviation 1. */
function standardize(picture: Float32Array): void {
  let sum = 0;
  let squares = 0;
  for (const value of picture) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / picture.length;
  const deviation = Math.sqrt(Math.max(squares / picture.length - mean * mean, 1e-12));
  for (let i = 0; i < picture.length; i++) picture[i] = (picture[i]! - mean) / deviation;
}

/** Formula-driven pictures with their classes. */
export interface FractalPictures {
  /**
   * Draws picture number `index` into `target` [64²], mean 0 and standard deviation 1.
   * @returns its class
   */
  draw(index: number, target: Float32Array): number;
}

/**
 * Pictures of iterated function systems, made as they are needed (Kataoka et al. 2020; Anderson & Farrell 2022): a
 * class's system with its numbers jittered by ±6 %, turned by ±0.5 rad, flipped, scaled and shifted; 4,000 points as
 * log density; bright or dark, of varying gain and gamma, blurred 0 to 2 times; 7 of 10 over dead leaves; noise.
 * A picture follows from classes, stream and index alone.
 */
export function fractalPictures(classes: readonly IteratedFunctionSystem[], random: Random): FractalPictures {
  const streamOf = indexedRandom(random);
  const points = new Float64Array(2 * pointCount);
  const density = new Float32Array(pictureSize ** 2);
  return {
    draw(index, target) {
      const stream = streamOf(index);
      const label = stream.integer(classes.length);
      playChaosGame(jitter(classes[label]!, jitterAmount, stream), stream, points);
      const placement = {
        angle: stream.between(-rotation, rotation),
        scale: stream.between(0.7, 1.1),
        shiftX: stream.between(-0.1, 0.1),
        shiftY: stream.between(-0.1, 0.1),
        flip: stream.integer(2) === 1,
      };
      drawDensity(points, placement, pictureSize, density);
      const gain = stream.between(0.35, 1) * (stream.integer(2) ? 1 : -1);
      const gamma = stream.between(0.6, 1.5);
      for (let i = 0; i < density.length; i++) {
        const value = density[i]!;
        if (value) density[i] = gain * value ** gamma;
      }
      for (let blurs = stream.integer(3); blurs; blurs--) blur(density, pictureSize);
      if (stream.uniform() < leavesShare)
        drawDeadLeaves(target, pictureSize, stream.between(0.2, 0.7), stream);
      else target.fill(0);
      for (let i = 0; i < target.length; i++) target[i]! += density[i]!;
      addNoise(target, stream.between(0, mostNoise), stream);
      standardize(target);
      return label;
    },
  };
}
