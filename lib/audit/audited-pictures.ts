import { byText } from '../core/by-text';
import { checkWhole, InputError } from '../core/check';
import { plural } from '../core/plural';
import { seededRandom } from '../core/random';
import { checkXrays } from '../dataset/check-xrays';
import { classesOf } from '../dataset/classes-of';
import type { Split, Xray } from '../dataset/xray';
import { usableControls } from './controls';
import { tooFewPatients } from './study';

/** What is audited, and how. */
export interface PicturesOptions {
  /** Of samples, folds, borders and random weights. Default 42. */
  readonly seed?: number;
  /**
   * Pictures a class, at most, that the tests learn from. Copies and look-alikes by hash are looked for among all
   * pictures, look-alikes by features among these. Default 200.
   */
  readonly perClass?: number;
  /** A split to be examined for patients on two sides. Default: one by picture, as the article makes. */
  readonly split?: Split;
  /**
   * Pictures of other findings from the source of a class, under whatever class name; `AuditedData.controls` tells how
   * many were used. Default: none.
   */
  readonly controls?: readonly Xray[];
}

/** The pictures of an audit. */
export interface AuditedPictures {
  /** In the order of their paths. */
  readonly xrays: readonly Xray[];
  readonly classes: readonly string[];
  /** Those that the tests learn from. */
  readonly sampled: readonly Xray[];
  /** Why nothing can be learnt from them, if nothing can. */
  readonly few: string | undefined;
  /** Those that are used. */
  readonly controls: readonly Xray[];
  readonly seed: number;
  readonly split: Split | undefined;
}

/** At most so many pictures of each class. */
function sampleOf(
  xrays: readonly Xray[],
  classes: readonly string[],
  perClass: number,
  seed: number,
): Xray[] {
  const random = seededRandom(seed).fork('audit sample');
  return classes.flatMap((label) =>
    random
      .fork(label)
      .shuffle(xrays.filter((xray) => xray.label === label))
      .slice(0, perClass),
  );
}

/**
 * Chooses what an audit looks at.
 * @param given records of two classes or more; their order does not matter
 * @throws InputError for fewer classes, or for controls that are none
 */
export function auditedPictures(given: readonly Xray[], options: PicturesOptions = {}): AuditedPictures {
  const { seed = 42, perClass = 200, split, controls = [] } = options;
  checkWhole('seed', seed, 0);
  checkWhole('perClass', perClass, 10);
  checkXrays(given);
  const xrays = [...given].sort((a, b) => byText(a.path, b.path));
  const classes = classesOf(xrays);
  if (classes.length < 2)
    throw new InputError(
      `xrays are of ${plural(classes.length, 'class', 'classes')}; an audit is of two or more`,
    );
  const sampled = sampleOf(xrays, classes, perClass, seed);
  const few = tooFewPatients(sampled, classes);
  return { xrays, classes, sampled, few, controls: usableControls(controls, xrays), seed, split };
}
