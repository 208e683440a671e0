import { InputError } from '../core/check';
import type { Xray } from '../dataset/xray';

/**
 * Throws unless every picture is of one of the classes of a model, or of a split.
 * @param whose what has these classes, in the error's words
 * @throws InputError naming the picture and the classes
 */
export function checkLabels(
  xrays: readonly Xray[],
  classes: readonly string[],
  whose = 'the model knows',
): void {
  const stranger = xrays.find(({ label }) => !classes.includes(label));
  if (stranger)
    throw new InputError(
      `The class of ${stranger.path} is "${stranger.label}"; ${whose} ${classes.join(', ')}`,
    );
}
