import { checkChoice, checkNumber, InputError } from '../core/check';
import { type Random, seededRandom } from '../core/random';
import { allocate } from './allocate';
import { checkXrays } from './check-xrays';
import { classesOf } from './classes-of';
import { imageGroups, type PatientGroup, patientGroups } from './patient-groups';
import type { Split, Xray } from './xray';

export interface SplitOptions {
  /** Share of all pictures kept for choosing epoch and settings, 0 to 1. Default 0. */
  readonly validation?: number;
  /** Share of all pictures kept for the test, 0 to 1. Default 0.2. */
  readonly test?: number;
  /** Default 42. */
  readonly seed?: number;
  /**
   * `patient` (default): all pictures of a patient on one side. `image`: picture by picture, as the article does;
   * pictures of one person may then be on both sides.
   */
  readonly grouping?: Split['grouping'];
}

interface Part {
  readonly name: 'test' | 'validation';
  /** Share of all pictures. */
  readonly share: number;
}

const sizeOf = (groups: readonly PatientGroup[]): number =>
  groups.reduce((sum, { xrays }) => sum + xrays.length, 0);

/**
 * Takes groups, in the given order, until `wanted` pictures are reached as nearly as whole groups allow; at least
 * one, and never the last `keep`.
 */
function take(groups: readonly PatientGroup[], wanted: number, keep: number): PatientGroup[] {
  const taken: PatientGroup[] = [];
  let missing = wanted;
  const most = groups.length - keep;
  for (const group of groups) {
    if (taken.length === most || group.xrays.length > missing) continue;
    taken.push(group);
    missing -= group.xrays.length;
  }
  const chosen = new Set(taken);
  const left = groups.filter((group) => !chosen.has(group));
  const distance = (group: PatientGroup) => Math.abs(missing - group.xrays.length);
  const nearest = left.reduce((best, group) => (distance(group) < distance(best) ? group : best));
  if (taken.length === 0 || (taken.length < most && distance(nearest) < missing)) taken.push(nearest);
  return taken;
}

const byClass = (groups: readonly PatientGroup[], classes: readonly string[]): PatientGroup[][] =>
  classes.map((label) => groups.filter((group) => group.label === label));

function checkGroups(
  perClass: readonly PatientGroup[][],
  classes: readonly string[],
  parts: readonly Part[],
): void {
  const needed = parts.length + 1;
  const short = perClass.findIndex((groups) => groups.length < needed);
  if (short >= 0)
    throw new InputError(
      `class "${classes[short]}" has ${perClass[short]!.length} patients, fewer than the ${needed} parts ` +
        `(train, ${parts.map(({ name }) => name).join(', ')}); add patients, or leave a part out`,
    );
}

function splitPatients(
  groups: PatientGroup[],
  classes: readonly string[],
  parts: readonly Part[],
  random: Random,
) {
  checkGroups(byClass(groups, classes), classes, parts);
  const total = sizeOf(groups);
  const chosen = new Map<Part['name'], PatientGroup[]>();
  let rest = random.shuffle(groups);
  for (const [index, { name, share }] of parts.entries()) {
    const perClass = byClass(rest, classes);
    const wanted = allocate(perClass.map(sizeOf), Math.min(Math.ceil(share * total), sizeOf(rest)), random);
    const later = parts.length - index;
    const taken = new Set(perClass.flatMap((own, i) => take(own, wanted[i]!, later)));
    chosen.set(name, [...taken]);
    rest = rest.filter((group) => !taken.has(group));
  }
  return { chosen, rest };
}

/** As two calls of scikit-learn's train_test_split: test first, then validation from what is left. */
function splitImages(
  groups: PatientGroup[],
  classes: readonly string[],
  parts: readonly Part[],
  random: Random,
) {
  const total = groups.length;
  const chosen = new Map<Part['name'], PatientGroup[]>();
  let rest = random.shuffle(groups);
  for (const { name, share } of parts) {
    const size = Math.ceil(share * total);
    const left = rest.length - size;
    if (size < classes.length || left < classes.length)
      throw new InputError(
        `${name} is ${share}: ${size} of ${rest.length} pictures, which leaves ${Math.max(left, 0)}; ` +
          `each side needs at least one for each of the ${classes.length} classes`,
      );
    const perClass = byClass(rest, classes);
    const inTrain = allocate(perClass.map(sizeOf), left, random);
    const remaining = perClass.map((own, i) => own.length - inTrain[i]!);
    const wanted = allocate(remaining, size, random);
    const taken = new Set(perClass.flatMap((own, i) => own.slice(0, wanted[i])));
    chosen.set(name, [...taken]);
    rest = rest.filter((group) => !taken.has(group));
  }
  return { chosen, rest };
}

/**
 * Divides records into train, validation and test: seeded, stratified by class, by patient unless asked otherwise.
 * Identical pictures count as one patient. The same records and seed give the same split whatever their order or
 * the folder's place.
 *
 * `image` gives each part and class as many pictures as scikit-learn's
 * `train_test_split(test_size=test, stratify=labels)` (n_test rounded up, classes by largest remainder).
 * @throws InputError for no pictures, what are no records, shares out of range, or too few patients or pictures of a class for the parts
 */
export function splitDataset(xrays: readonly Xray[], options: SplitOptions = {}): Split {
  const { validation = 0, test = 0.2, seed = 42, grouping = 'patient' } = options;
  checkNumber('validation', validation, 0, 1);
  checkNumber('test', test, 0, 1);
  checkChoice('grouping', grouping, ['patient', 'image']);
  checkXrays(xrays);
  if (xrays.length === 0) throw new InputError('xrays is empty; there is nothing to split');
  if (validation + test >= 1)
    throw new InputError(
      `validation and test are ${validation} and ${test}: nothing is left for train; their sum must be below 1`,
    );
  const classes = classesOf(xrays);
  const parts = (
    [
      { name: 'test', share: test },
      { name: 'validation', share: validation },
    ] as const
  ).filter(({ share }) => share > 0);
  const random = seededRandom(seed).fork(`split ${grouping}`);
  const { chosen, rest } =
    grouping === 'image'
      ? splitImages(imageGroups(xrays), classes, parts, random)
      : splitPatients(patientGroups(xrays), classes, parts, random);
  const records = (groups: readonly PatientGroup[] = []) => groups.flatMap((group) => group.xrays);
  return {
    train: records(rest),
    validation: records(chosen.get('validation')),
    test: records(chosen.get('test')),
    classes,
    seed,
    grouping,
  };
}
