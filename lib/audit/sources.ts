import { seededRandom } from '../core/random';
import type { Xray } from '../dataset/xray';
import { type PossibleFigure, undefinedFigure } from '../evaluation/figure';
import { areaFigure } from './area-figure';
import { gramOf } from './logistic';
import { outOfFoldLogits } from './out-of-fold';
import { joined, type Rows, rowsAt } from './rows';
import type { Measurement, Omission } from './rules';
import { aurocOf, aurocOfRows, fewestPatients, logitsOf, type Study, studyOf } from './study';

const patientsOf = (xrays: readonly Xray[]): number => new Set(xrays.map(({ patientId }) => patientId)).size;
const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort();
const two = ({ value }: PossibleFigure): string => value?.toFixed(2) ?? '–';

/** Sources of one class that have patients enough to be told apart. */
function largeSources(xrays: readonly Xray[]): string[] {
  return distinct(xrays.map(({ source }) => source)).filter(
    (source) => patientsOf(xrays.filter((xray) => xray.source === source)) >= fewestPatients,
  );
}

/** Whether sources are told apart among pictures of one class, where no disease can be the reason: the class where they are best. */
export function sourceOfClass({ xrays, classes, seed }: Study, whole: Rows): Measurement | Omission {
  const name = 'source-of-class';
  const tried = classes.flatMap((label) => {
    const own = xrays.flatMap((xray, i) => (xray.label === label ? [i] : []));
    const sources = largeSources(own.map((i) => xrays[i]!));
    if (sources.length < 2) return [];
    const chosen = own.filter((i) => sources.includes(xrays[i]!.source));
    // To each its source as its class.
    const study = studyOf(
      chosen.map((i) => ({ ...xrays[i]!, label: xrays[i]!.source })),
      sources,
      seed,
    );
    return [{ label, sources, figure: aurocOfRows(study, rowsAt(whole, chosen), name) }];
  });
  if (!tried.length)
    return { name, why: `no class has two sources of ${fewestPatients} patients or more each` };
  const best = tried.reduce((a, b) => ((b.figure.value ?? 0) > (a.figure.value ?? 0) ? b : a));
  return {
    name,
    figure: best.figure,
    found: `among pictures of "${best.label}" ${best.sources.join(' and ')} are told apart with AUROC ${two(best.figure)}`,
  };
}

/**
 * Each source left out in turn: its pictures are judged by models trained on the other sources, where those have every
 * class; the others by models that have not seen their patients.
 */
export function sourcesLeftOut(study: Study, whole: Rows): Measurement | Omission {
  const name = 'sources-left-out';
  const { xrays, classes, truth } = study;
  const isUsable = (source: string) => {
    const rest = xrays.filter((xray) => xray.source !== source);
    return classes.every(
      (label) => patientsOf(rest.filter((xray) => xray.label === label)) >= fewestPatients,
    );
  };
  const usable = distinct(xrays.map(({ source }) => source)).filter(isUsable);
  if (!usable.length)
    return { name, why: 'no source can be left out: without it a class would have too few patients' };
  const gram = gramOf(whole);
  const logits = logitsOf(study, gram);
  const folds = usable.map((source) => {
    const isTest = (i: number) => xrays[i]!.source === source;
    const numbers = xrays.map((_, i) => i);
    return { train: numbers.filter((i) => !isTest(i)), test: numbers.filter(isTest) };
  });
  const elsewhere = outOfFoldLogits(gram, truth, classes.length, folds);
  for (const { test } of folds) for (const i of test) logits[i] = elsewhere[i]!;
  const figure = aurocOf(study, logits, name);
  return { name, figure, found: `AUROC ${two(figure)} with ${usable.join(', ')} left out in turn` };
}

/**
 * Pictures of other findings from a class's own source: are they told from the class, or called it as well?
 * @param controls their class is none of the study's
 * @param controlRows the network's features of them, as `whole`
 */
export function sameSource(
  study: Study,
  whole: Rows,
  controls: readonly Xray[],
  controlRows: Rows,
): Measurement | Omission {
  const name = 'same-source';
  const { xrays, classes, seed } = study;
  const sources = distinct(controls.map(({ source }) => source));
  const label = classes.find((own) =>
    xrays.some((xray) => xray.label === own && sources.includes(xray.source)),
  );
  if (label === undefined) return { name, why: 'no other findings from the source of a class were given' };
  const c = classes.indexOf(label);
  const own = xrays.flatMap((xray, i) => (xray.label === label && sources.includes(xray.source) ? [i] : []));
  const logits = logitsOf(study, gramOf(joined(whole, controlRows), xrays.length));
  const others = controls.map((_, i) => xrays.length + i);
  const shown = [...own, ...others];
  const figure = areaFigure(
    {
      classes: [label, 'other'],
      truth: shown.map((_, k) => (k < own.length ? 0 : 1)),
      patients: [...own.map((i) => xrays[i]!), ...controls].map(({ patientId }) => patientId),
    },
    [shown.map((i) => [logits[i]![c]!, -logits[i]![c]!])],
    seededRandom(`${seed}/audit/${name}`),
  );
  const called = others.filter((i) => logits[i]!.indexOf(Math.max(...logits[i]!)) === c).length;
  return {
    name,
    figure: controls.length ? figure : undefinedFigure,
    found: `${called} of ${controls.length} pictures with other findings are called "${label}"; AUROC ${two(figure)} within that source`,
  };
}
