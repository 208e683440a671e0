import type { Region } from '../dataset/region';
import type { Xray } from '../dataset/xray';
import type { PossibleFigure } from '../evaluation/figure';
import { asPictures, type PictureToSee } from '../transfer/picture-variants';
import { splitDifference } from './leakage';
import { type Gram, gramOf } from './logistic';
import { oneBorder } from './one-border';
import type { Rows } from './rows';
import type { Measurement, Omission } from './rules';
import { lungTest, plainTests, recordTests } from './shortcuts';
import { sameSource, sourceOfClass, sourceWithoutClass } from './sources';
import { sourcesLeftOut } from './sources-left-out';
import { aurocOf, aurocOfRows, logitsOf, type Study } from './study';

/** What a network makes of one region of pictures: a row each. */
export type RowsOf = (pictures: readonly PictureToSee[], region: Region) => Promise<Rows>;

/** What the tests that learn from pictures found. */
export interface LearntTests {
  /** Of the rows of whole pictures. */
  readonly gram: Gram;
  /** AUROC of whole pictures. */
  readonly whole: PossibleFigure;
  readonly results: readonly (Measurement | Omission)[];
}

/**
 * The tests that learn from pictures.
 * @param thumbnails of the study's pictures
 * @param controls pictures of other findings, or none
 */
export async function learntTests(
  study: Study,
  thumbnails: readonly Float32Array[],
  controls: readonly Xray[],
  rowsOf: RowsOf,
): Promise<LearntTests> {
  const pictures = asPictures(study.xrays);
  const rows = await rowsOf(pictures, 'whole');
  const gram = gramOf(rows);
  const whole = aurocOf(study, logitsOf(study, gram), 'whole');
  const masked = async (name: 'without-centre' | 'border') => ({
    name,
    figure: aurocOfRows(study, await rowsOf(pictures, name), name),
  });
  const controlled = { xrays: controls, rows: await rowsOf(asPictures(controls), 'whole') };
  const results = [
    splitDifference(study, gram),
    await masked('without-centre'),
    await masked('border'),
    await oneBorder(study, rows, (bordered) => rowsOf(bordered, 'whole')),
    await lungTest(study, thumbnails, rows, (found) => rowsOf(asPictures(found), 'lungs')),
    ...plainTests(study, thumbnails),
    ...recordTests(study),
    sourceOfClass(study, rows, controlled),
    sourceWithoutClass(study, rows, controlled),
    sourcesLeftOut(study, gram),
    sameSource(study, rows, controlled),
  ];
  return { gram, whole, results };
}
