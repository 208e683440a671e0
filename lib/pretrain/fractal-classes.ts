import type { Random } from '../core/random';
import { indexedRandom } from './fast-random';
import { coverage, drawDensity, plain } from './fractal-density';
import { drawSystem, type IteratedFunctionSystem, playChaosGame } from './iterated-function-system';

/** Side of a picture, pixels. */
export const pictureSize = 64;
/** Points of the attractor in a picture. */
export const pointCount = 4000;
/** Systems that cover a smaller share of the picture are thin dust or lines; they are drawn again. */
const leastCoverage = 0.12;

/**
 * Systems for `count` classes, each covering 12 % of its picture or more. A class follows from the stream and its
 * number alone.
 */
export function fractalClasses(count: number, random: Random): IteratedFunctionSystem[] {
  const points = new Float64Array(2 * pointCount);
  const density = new Float32Array(pictureSize ** 2);
  return Array.from({ length: count }, (_, label) => {
    const streamOf = indexedRandom(random.fork(`class ${label}`));
    for (let attempt = 0; ; attempt++) {
      const stream = streamOf(attempt);
      const system = drawSystem(stream);
      playChaosGame(system, stream, points);
      drawDensity(points, plain, pictureSize, density);
      if (coverage(density) >= leastCoverage) return system;
    }
  });
}
