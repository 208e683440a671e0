import { InputError } from '../core/check';
import type { Xray } from '../dataset/xray';

/**
 * Throws unless every picture is of one of a model's classes.
 * @throws InputError naming the picture and the classes
 */
export function checkLabels(xrays: readonly Xray[], classes: readonly string[]): void {
  const stranger = xrays.find(({ label }) => !classes.includes(label));
  if (stranger)
    throw new InputError(
      `The class of ${stranger.path} is "${stranger.label}"; the model knows ${classes.join(', ')}`,
    );
}
