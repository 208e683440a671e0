import { checkWhole, InputError } from '../core/check';
import { seededRandom } from '../core/random';
import { classesOf } from './classes-of';
import type { Xray } from './xray';

/**
 * So many pictures of each class, drawn at random; those of a smaller count are among those of a larger.
 * @param count 1 or more
 * @param seed of the draw; the order of the records matters too
 * @throws InputError if a class has fewer
 */
export function drawPerClass(xrays: readonly Xray[], count: number, seed: number | string): Xray[] {
  checkWhole('count', count, 1);
  const shuffled = seededRandom(seed).fork('pictures a class').shuffle(xrays);
  const classes = classesOf(xrays);
  return classes.flatMap((label) => {
    const own = shuffled.filter((xray) => xray.label === label);
    if (own.length < count)
      throw new InputError(
        `${count} pictures a class are asked for, but of "${label}" there are ${own.length}; choose fewer`,
      );
    return own.slice(0, count);
  });
}
