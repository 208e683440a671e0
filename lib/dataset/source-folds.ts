import { byText } from '../core/by-text';
import { InputError } from '../core/check';
import { checkXrays } from './check-xrays';
import { classesOf } from './classes-of';
import type { Fold } from './patient-folds';
import { patientGroups } from './patient-groups';
import type { Xray } from './xray';

/** A fold whose test pictures are all of one source. */
export interface SourceFold extends Fold {
  readonly source: string;
}

/**
 * Folds that leave each source out in turn: what a model is worth where it has never been. Pictures of other sources
 * whose patient has a picture in the source left out, or that are identical to one, are in neither part.
 * @returns by source, in order of their names; a test part need not have all classes
 * @throws InputError for fewer than two sources, or naming the sources without which a class has no picture to learn from
 */
export function sourceFolds(xrays: readonly Xray[]): SourceFold[] {
  checkXrays(xrays);
  const sources = [...new Set(xrays.map(({ source }) => source))].sort(byText);
  if (sources.length < 2)
    throw new InputError(
      `xrays are of ${sources.length ? `one source, ${sources[0]}` : 'no source'}; to leave one out, two or more are needed`,
    );
  const groups = patientGroups(xrays);
  const folds = sources.map((source): SourceFold => {
    const others = groups.filter((group) => group.xrays.every((xray) => xray.source !== source));
    const test = groups.flatMap((group) => group.xrays.filter((xray) => xray.source === source));
    return { source, train: others.flatMap((group) => group.xrays), test };
  });
  const classes = classesOf(xrays);
  const empty = folds.flatMap(({ source, train }) =>
    classes
      .filter((label) => !train.some((xray) => xray.label === label))
      .map((label) => `without ${source} there is no picture of class "${label}"`),
  );
  if (empty.length)
    throw new InputError(
      `No source can be left out where it alone has a class: ${empty.join('; ')}. Add pictures of those classes from other sources`,
    );
  return folds;
}
