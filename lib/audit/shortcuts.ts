import type { WorkOptions } from '../core/progress';
import { lungField } from '../dataset/lung-field';
import type { Region } from '../dataset/region';
import type { Xray } from '../dataset/xray';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import type { FrozenBase } from '../networks/frozen-base';
import { extractFeatures } from '../transfer/features';
import type { PictureToSee } from '../transfer/picture-variants';
import { presets } from '../transfer/preset';
import type { TestName } from './audit';
import { edgeRows, exposureRows, nameRows, sizeRows, thumbnailRows } from './plain-numbers';
import { constant, type Rows, rowsAt } from './rows';
import type { Measurement, Omission } from './rules';
import { aurocOfRows, type Study, studyOf, tooFewPatients } from './study';

/** The network's features of one region of pictures, as the preset `sound` takes them. */
export function networkRows(
  pictures: readonly PictureToSee[],
  backbone: FrozenBase,
  region: Region,
  work: WorkOptions,
): Promise<Rows> {
  const { preprocessing, resize, pooling } = presets.sound;
  return extractFeatures(pictures, backbone, { preprocessing, resize, pooling, region }, work);
}

/** What can be told without a network: of the files, of the grey levels, of the edges, of a thumbnail. */
export function plainTests(study: Study, thumbnails: readonly Float32Array[]): (Measurement | Omission)[] {
  const tests: readonly [TestName, Rows, string][] = [
    ['size', sizeRows(study.xrays), 'all pictures have one size'],
    ['exposure', exposureRows(thumbnails), 'all pictures are alike'],
    ['edges', edgeRows(thumbnails), 'all edges are alike'],
    ['thumbnail', thumbnailRows(thumbnails), 'all pictures are alike'],
  ];
  return tests.map(([name, rows, why]) =>
    constant(rows) ? { name, why } : { name, figure: aurocOfRows(study, rows, name) },
  );
}

/** What the records alone tell: the source's name, the projection. */
export function recordTests(study: Study): (Measurement | Omission)[] {
  const { xrays } = study;
  const tests = [
    {
      name: 'source-name' as const,
      names: xrays.map(({ source }) => source),
      one: 'the records name one source only; if the pictures come from several, name them in records.csv',
    },
    {
      name: 'view' as const,
      names: xrays.map(({ view }) => view),
      one: 'all pictures have one projection',
    },
  ];
  return tests.map(({ name, names, one }) => {
    if (names.some((text) => !text)) return { name, why: `of some pictures the records do not say it` };
    if (new Set(names).size === 1) return { name, why: one };
    return { name, figure: aurocOfRows(study, nameRows(names), name) };
  });
}

/** Share of a class's pictures in which lungs must be found for the test to mean anything. */
const fewestFound = 0.6;

/** What the lung fields alone tell, of the pictures in which they are found. */
export async function lungTest(
  study: Study,
  thumbnails: readonly Float32Array[],
  wholeRows: () => Promise<Rows>,
  lungRows: (xrays: readonly Xray[]) => Promise<Rows>,
): Promise<Measurement | Omission> {
  const name = 'lungs';
  const { xrays, classes, seed } = study;
  const found = xrays.flatMap((_, i) => (lungField(thumbnails[i]!) ? [i] : []));
  const chosen = found.map((i) => xrays[i]!);
  const counts = classes.map((label) => {
    const of = (pictures: readonly Xray[]) => pictures.filter((xray) => xray.label === label).length;
    return { label, found: of(chosen), all: of(xrays) };
  });
  const text = counts.map(({ label, found: n, all }) => `${n} of ${all} (${label})`).join(', ');
  const few = counts.some(({ found: n, all }) => n < fewestFound * all) || tooFewPatients(chosen, classes);
  if (few)
    return {
      name,
      why: `lungs, as frontal chest X-rays show them, were found in ${text} pictures only, too few to go on with`,
    };
  const part = studyOf(chosen, classes, seed);
  const figure = aurocOfRows(part, await lungRows(chosen), name);
  const against = aurocOfRows(part, rowsAt(await wholeRows(), found), 'whole');
  return { name, figure, against, found: describeLungs(figure, against, text) };
}

const describeLungs = (figure: PossibleFigure, against: PossibleFigure, counts: string): string =>
  `AUROC ${formatFigure(figure, 2)}, whole pictures ${formatFigure(against, 2)}; a rough field, found in ${counts} pictures`;
