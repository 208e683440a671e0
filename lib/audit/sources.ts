import { plural } from '../core/plural';
import { seededRandom } from '../core/random';
import { countPatients } from '../dataset/count-patients';
import type { Xray } from '../dataset/xray';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { argmax } from '../evaluation/probabilities';
import { areaFigure } from './area-figure';
import type { Controls } from './controls';
import { gramOf } from './logistic';
import { joined, type Rows, rowsAt } from './rows';
import type { Measurement, Omission } from './rules';
import { aurocOfRows, fewestPatients, logitsOf, type Study, studyOf } from './study';

const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** The sources that have patients enough to be told apart. */
function largeSources(xrays: readonly Xray[]): string[] {
  return distinct(xrays.map(({ source }) => source)).filter(
    (source) => countPatients(xrays.filter((xray) => xray.source === source)) >= fewestPatients,
  );
}

/** Pictures among which sources are told apart. */
interface Group {
  /** 'of "normal"' */
  readonly of: string;
  readonly isIn: (xray: Xray) => boolean;
}

/** How well sources are told apart within groups of pictures; the figure is that of the group where they are best. */
function toldApart(
  name: 'source-of-class' | 'source-without-class',
  study: Study,
  whole: Rows,
  controls: Controls,
  groups: readonly Group[],
): Measurement | Omission {
  const xrays = [...study.xrays, ...controls.xrays];
  const rows = joined(whole, controls.rows);
  const tried = groups.flatMap(({ of, isIn }) => {
    const own = xrays.flatMap((xray, i) => (isIn(xray) ? [i] : []));
    const sources = largeSources(own.map((i) => xrays[i]!));
    if (sources.length < 2) return [];
    const chosen = own.filter((i) => sources.includes(xrays[i]!.source));
    // To each its source as its class.
    const ofSources = studyOf(
      chosen.map((i) => ({ ...xrays[i]!, label: xrays[i]!.source })),
      sources,
      study.seed,
    );
    const figure = aurocOfRows(ofSources, rowsAt(rows, chosen), `${name}/${of}`);
    const found = `among pictures ${of} ${sources.join(' and ')} are told apart with AUROC ${formatFigure(figure, 2)}`;
    return [{ figure, found }];
  });
  if (!tried.length)
    return { name, why: `no such pictures have two sources of ${fewestPatients} patients or more each` };
  const areaOf = ({ figure }: { figure: PossibleFigure }) => figure.value ?? 0;
  const best = tried.reduce((a, b) => (areaOf(b) > areaOf(a) ? b : a));
  return { name, figure: best.figure, found: tried.map(({ found }) => found).join('; ') };
}

/** Whether sources are told apart among pictures of one class, where the disease cannot be the reason. */
export const sourceOfClass = (study: Study, whole: Rows, controls: Controls): Measurement | Omission =>
  toldApart(
    'source-of-class',
    study,
    whole,
    controls,
    study.classes.map((label) => ({ of: `of "${label}"`, isIn: (xray) => xray.label === label })),
  );

/**
 * Whether sources are told apart among all pictures without one of the classes (COVID-19, say), controls among them:
 * these are of several findings, which may differ between the sources too.
 */
export function sourceWithoutClass(study: Study, whole: Rows, controls: Controls): Measurement | Omission {
  const labels = distinct([...study.xrays, ...controls.xrays].map(({ label }) => label));
  const groups = study.classes.map((label) => ({
    of: `without "${label}"`,
    isIn: (xray: Xray) => xray.label !== label,
  }));
  // Without one of two there is one class left, which the other test has.
  return toldApart('source-without-class', study, whole, controls, labels.length > 2 ? groups : []);
}

/** Pictures of other findings from a class's own source: are they told from the class, or called it as well? */
export function sameSource(study: Study, whole: Rows, given: Controls): Measurement | Omission {
  const name = 'same-source';
  const { xrays, classes, seed } = study;
  if (!given.xrays.length)
    return { name, why: 'no pictures of other findings from the source of a class were given' };
  const sourcesOf = (label: string) =>
    new Set(xrays.filter((xray) => xray.label === label).map(({ source }) => source));
  const label = classes.find((one) => {
    const own = sourcesOf(one);
    return given.xrays.some(({ source }) => own.has(source));
  });
  if (label === undefined)
    return {
      name,
      why: `the ${plural(given.xrays.length, 'control')} ${given.xrays.length === 1 ? 'is' : 'are'} from ${distinct(given.xrays.map(({ source }) => source)).join(', ')}, where no class comes from`,
    };
  const ofClass = sourcesOf(label);
  const numbers = given.xrays.flatMap(({ source }, k) => (ofClass.has(source) ? [k] : []));
  const controls = numbers.map((k) => given.xrays[k]!);
  const shared = distinct(controls.map(({ source }) => source));
  const c = classes.indexOf(label);
  const own = xrays.flatMap((xray, i) => (xray.label === label && shared.includes(xray.source) ? [i] : []));
  const logits = logitsOf(study, gramOf(joined(whole, rowsAt(given.rows, numbers)), xrays.length));
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
    found: `${called} of ${plural(controls.length, 'picture')} with other findings ${called === 1 ? 'is' : 'are'} called "${label}"; AUROC ${formatFigure(figure, 2)} within that source`,
  };
}
