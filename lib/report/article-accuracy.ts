import type { Figure } from '../evaluation/figure';
import { wilson } from '../evaluation/wilson';

// Right of all, on the article's 27 test pictures of two classes and 62 of three.
const twoClasses: Readonly<Record<string, number>> = { vgg16: 26, vgg19: 24, resnet50: 13, resnet50v2: 26 };
const threeClasses: Readonly<Record<string, number>> = { vgg16: 53, vgg19: 55 };

/**
 * The accuracy that the article gives for a network, with the Wilson 95 % interval that follows from its counts;
 * undefined for what it did not do. For three classes it gives 0.85 and 0.89 only: the nearest counts are taken.
 */
export function articleAccuracy(backbone: string, classes: readonly string[]): Figure | undefined {
  const names = classes.map((name) => name.toLowerCase());
  if (!names.includes('covid') || !names.includes('normal')) return undefined;
  const [right, count] =
    names.length === 2
      ? [twoClasses[backbone], 27]
      : names.length === 3
        ? [threeClasses[backbone], 62]
        : [undefined, 0];
  return right === undefined ? undefined : wilson(right, count);
}
