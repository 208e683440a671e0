import { loadPicture, resizePixels } from '../dataset/load-picture';
import type { Pixels, Xray } from '../dataset/xray';
import type { FrozenBase } from '../networks/frozen-base';
import type { FeatureSettings } from '../transfer/feature-settings';

/** What can be explained: a record, a file's name, or decoded pixels. */
export type Explainable = Xray | string | Pixels;

/** Where a picture lies; undefined for pixels. */
export const fileOf = (input: Explainable): string | undefined =>
  typeof input === 'string' ? input : 'path' in input ? input.path : undefined;

/**
 * Pictures in the network's own size, resized as in training.
 * @throws InputError naming a file that cannot be read
 */
export const seenPictures = (
  inputs: readonly Explainable[],
  { inputSize }: FrozenBase,
  { resize }: FeatureSettings,
): Promise<Pixels[]> =>
  Promise.all(
    inputs.map((input) => {
      const file = fileOf(input);
      return file === undefined
        ? resizePixels(input as Pixels, inputSize, resize)
        : loadPicture(file, inputSize, resize);
    }),
  );
