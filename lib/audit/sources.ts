import { seededRandom } from '../core/random';
import type { Xray } from '../dataset/xray';
import type { PossibleFigure } from '../evaluation/figure';
import { argmax } from '../evaluation/probabilities';
import { areaFigure } from './area-figure';
import { type Gram, gramOf } from './logistic';
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

/** Pictures of other findings from the source of a class; their class is none of the study's. */
export interface Controls {
  readonly xrays: readonly Xray[];
  /** The network's features of them. */
  readonly rows: Rows;
}

/** The class that shares its source with the controls, if there is one. */
function classOfControls({ xrays, classes }: Study, controls: Controls): string | undefined {
  const sources = new Set(controls.xrays.map(({ source }) => source));
  return classes.find((label) => xrays.some((xray) => xray.label === label && sources.has(xray.source)));
}

/**
 * Whether sources are told apart where the disease cannot be the reason: among pictures of one class, and, where there
 * are controls, among all pictures without the class that shares their source (COVID-19, say). The group where they are
 * best.
 */
export function sourceOfClass(study: Study, whole: Rows, controls: Controls): Measurement | Omission {
  const name = 'source-of-class';
  const { classes, seed } = study;
  const xrays = [...study.xrays, ...controls.xrays];
  const rows = joined(whole, controls.rows);
  const disease = classOfControls(study, controls);
  const groups = [
    ...classes.map((label) => ({ of: `of "${label}"`, isIn: (xray: Xray) => xray.label === label })),
    ...(disease === undefined
      ? []
      : [{ of: `without "${disease}"`, isIn: (xray: Xray) => xray.label !== disease }]),
  ];
  const tried = groups.flatMap(({ of, isIn }) => {
    const own = xrays.flatMap((xray, i) => (isIn(xray) ? [i] : []));
    const sources = largeSources(own.map((i) => xrays[i]!));
    if (sources.length < 2) return [];
    const chosen = own.filter((i) => sources.includes(xrays[i]!.source));
    // To each its source as its class.
    const ofSources = studyOf(
      chosen.map((i) => ({ ...xrays[i]!, label: xrays[i]!.source })),
      sources,
      seed,
    );
    return [{ of, sources, figure: aurocOfRows(ofSources, rowsAt(rows, chosen), name) }];
  });
  if (!tried.length)
    return {
      name,
      why: `no class, and no pictures without the disease, have two sources of ${fewestPatients} patients or more each`,
    };
  const best = tried.reduce((a, b) => ((b.figure.value ?? 0) > (a.figure.value ?? 0) ? b : a));
  return {
    name,
    figure: best.figure,
    found: `among pictures ${best.of} ${best.sources.join(' and ')} are told apart with AUROC ${two(best.figure)}`,
  };
}

/**
 * Each source left out in turn: its pictures are judged by models trained on the other sources, where those have every
 * class; the others by models that have not seen their patients.
 * @param gram of the network's features of the study's pictures
 */
export function sourcesLeftOut(study: Study, gram: Gram): Measurement | Omission {
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

/** Pictures of other findings from a class's own source: are they told from the class, or called it as well? */
export function sameSource(study: Study, whole: Rows, given: Controls): Measurement | Omission {
  const name = 'same-source';
  const { xrays, classes, seed } = study;
  const label = classOfControls(study, given);
  if (label === undefined)
    return { name, why: 'no pictures of other findings from the source of a class were given' };
  const { xrays: controls, rows: controlRows } = given;
  const sources = distinct(controls.map(({ source }) => source));
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
  const called = others.filter((i) => argmax(logits[i]!) === c).length;
  return {
    name,
    figure,
    found: `${called} of ${controls.length} pictures with other findings are called "${label}"; AUROC ${two(figure)} within that source`,
  };
}
