import { byText } from '../core/by-text';
import { type Random, seededRandom } from '../core/random';
import { patientGroups } from '../dataset/patient-groups';
import { formatFigure } from '../evaluation/format-figure';
import { areaFigure } from './area-figure';
import type { Gram } from './logistic';
import { type FoldOfNumbers, outOfFoldLogits } from './out-of-fold';
import type { Measurement, Omission } from './rules';
import { fewestPatients, type Study } from './study';

/** A source that can be left out. */
interface LeftOut {
  readonly source: string;
  /** Numbers of its pictures. */
  readonly test: readonly number[];
  /** Those of the others, a list a patient; without patients and pictures that the source has too. */
  readonly others: readonly (readonly number[])[];
}

/** So many pictures of each class, patient by patient in random order. */
function sampled(
  groups: readonly (readonly number[])[],
  truth: readonly number[],
  sizes: readonly number[],
  random: Random,
): number[] {
  const wanted = [...sizes];
  return random.shuffle(groups).flatMap((group) => group.filter((i) => wanted[truth[i]!]!-- > 0));
}

/** How many patients of a class these pictures are of. */
const patientsIn = ({ truth, patients }: Study, numbers: readonly number[], c: number): number =>
  new Set(numbers.filter((i) => truth[i] === c).map((i) => patients[i])).size;

/** Patients of each class that a source needs, to be tested on. */
const fewestLeftOut = 10;

/** The sources that have every class, and without which every class has patients enough to learn from. */
function removable(study: Study, groups: readonly (readonly number[])[]): LeftOut[] {
  const { xrays, classes } = study;
  const have = (numbers: readonly number[], count: number) =>
    classes.every((_, c) => patientsIn(study, numbers, c) >= count);
  return [...new Set(xrays.map(({ source }) => source))]
    .sort(byText)
    .map((source) => ({
      source,
      test: xrays.flatMap((xray, i) => (xray.source === source ? [i] : [])),
      others: groups.filter((group) => group.every((i) => xrays[i]!.source !== source)),
    }))
    .filter(({ test, others }) => have(test, fewestLeftOut) && have(others.flat(), fewestPatients));
}

/** Folds that learn without the source and with it, from equally many pictures of each class. */
function foldsOf(
  { truth, classes }: Study,
  groups: readonly (readonly number[])[],
  division: readonly FoldOfNumbers[],
  { test, others }: LeftOut,
  random: Random,
): { readonly without: FoldOfNumbers; readonly known: FoldOfNumbers[] } {
  const known = division.map((fold) => {
    const train = new Set(fold.train);
    const own = new Set(fold.test);
    return {
      groups: groups.filter((group) => group.every((i) => train.has(i))),
      test: test.filter((i) => own.has(i)),
    };
  });
  const pools = [others, ...known.map((fold) => fold.groups)].map((pool) => pool.flat());
  const size = Math.min(
    ...pools.flatMap((pool) => classes.map((_, c) => pool.filter((i) => truth[i] === c).length)),
  );
  const sizes = classes.map(() => size);
  return {
    without: { train: sampled(others, truth, sizes, random.fork('without')), test },
    known: known
      .filter((fold) => fold.test.length)
      .map((fold, f) => ({
        train: sampled(fold.groups, truth, sizes, random.fork(`with ${f}`)),
        test: fold.test,
      })),
  };
}

/** A class of which all pictures are of one source, in words. */
function singleSource({ xrays, classes }: Study): string | undefined {
  for (const label of classes) {
    const sources = new Set(xrays.filter((xray) => xray.label === label).map(({ source }) => source));
    if (sources.size === 1) return `all pictures of class "${label}" are of one source, ${[...sources][0]}`;
  }
  return undefined;
}

/**
 * Each source that has every class left out in turn: its pictures are judged, among themselves, by models trained on the
 * other sources. The figure is set against that of the same pictures judged, all together, by models that know their
 * sources, though not their patients, and were trained on as many pictures: what fewer pictures cost is no fault of the
 * source, and where the sources are alike both are the same. Both learn from equally many pictures of each class.
 * @param gram of the network's features of the study's pictures
 */
export function sourcesLeftOut(study: Study, gram: Gram): Measurement | Omission {
  const name = 'sources-left-out';
  const { xrays, classes, truth, patients, divisions, seed } = study;
  const numbers = new Map(xrays.map((xray, i) => [xray, i]));
  const groups = patientGroups(xrays).map((group) => group.xrays.map((xray) => numbers.get(xray)!));
  const parts = removable(study, groups);
  if (!parts.length)
    return {
      name,
      why:
        singleSource(study) ??
        `no source has ${fewestLeftOut} patients of each class to be tested on and leaves ${fewestPatients} of each to learn from`,
    };
  const tested = parts.flatMap(({ test }) => test);
  const logitsOf = (folds: readonly FoldOfNumbers[]) => {
    const logits = outOfFoldLogits(gram, truth, classes.length, folds);
    return tested.map((i) => logits[i]!);
  };
  const judged = divisions.map((division, d) => {
    const folds = parts.map((part) =>
      foldsOf(study, groups, division, part, seededRandom(`${seed}/audit/${name}/${d}/${part.source}`)),
    );
    return {
      without: logitsOf(folds.map(({ without }) => without)),
      known: logitsOf(folds.flatMap(({ known }) => known)),
    };
  });
  const shown = { classes, truth: tested.map((i) => truth[i]!), patients: tested.map((i) => patients[i]!) };
  const strata = parts.map(({ source }) =>
    tested.flatMap((i, k) => (xrays[i]!.source === source ? [k] : [])),
  );
  const random = (label: string) => seededRandom(`${seed}/audit/${name}/${label}`);
  // The mean over the divisions of AUROCs, not of logits: a mean of models is worth more pictures than one.
  const without = judged.map((one) => one.without);
  const known = judged.map((one) => one.known);
  const figure = areaFigure({ ...shown, strata }, without, random('without'));
  const against = areaFigure(shown, known, random('known'));
  const names = parts.map(({ source }) => source).join(', ');
  if (against.value === null || against.low <= 0.5)
    return {
      name,
      why: `pictures of ${names} are not told apart by models that know these sources either (AUROC ${formatFigure(against, 2)}), so nothing could be lost`,
    };
  return {
    name,
    figure,
    against,
    found:
      `AUROC ${formatFigure(figure, 2)} on pictures of ${names} by models trained without that source, ` +
      `${formatFigure(against, 2)} by models trained with it on as many pictures`,
  };
}
