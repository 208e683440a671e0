import type { Region } from '../dataset/region';
import type { Xray } from '../dataset/xray';
import type { PossibleFigure } from '../evaluation/figure';
import { asPictures, type PictureToSee } from '../transfer/picture-variants';
import type { TestName } from './audit';
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

/** What the tests that learn from pictures look at. */
export interface Learning {
  readonly study: Study;
  /** Of the study's pictures. */
  thumbnails(): Promise<readonly Float32Array[]>;
  /** Pictures of other findings, or none. */
  readonly controls: readonly Xray[];
  readonly rowsOf: RowsOf;
  /** Rows of the study's whole pictures, which several parts need. */
  wholeRows(): Promise<Rows>;
}

/** Puts together what tests look at; the rows of whole pictures are made once, when first asked for. */
export function learningFrom(given: Omit<Learning, 'wholeRows'>): Learning {
  let whole: Promise<Rows> | undefined;
  const wholeRows = () => {
    whole ??= given.rowsOf(asPictures(given.study.xrays), 'whole');
    return whole;
  };
  return { ...given, wholeRows };
}

/** What tests that learn from pictures found. */
export interface LearntTests {
  /** Of the rows of whole pictures; of the part `whole`. */
  readonly gram?: Gram;
  /** AUROC of whole pictures; of the part `whole`. */
  readonly whole?: PossibleFigure;
  readonly results: readonly (Measurement | Omission)[];
}

/** The tests that learn, those together that look at the same features: a part can be computed alone. */
export const learntParts = {
  whole: ['split-difference', 'source-of-class', 'source-without-class', 'sources-left-out', 'same-source'],
  'without-centre': ['without-centre'],
  border: ['border'],
  'one-border': ['one-border'],
  lungs: ['lungs'],
  plain: ['size', 'exposure', 'edges', 'thumbnail', 'source-name', 'view'],
} as const satisfies Readonly<Record<string, readonly TestName[]>>;
export type LearntPart = keyof typeof learntParts;

async function wholeTests({ study, controls, rowsOf, wholeRows }: Learning): Promise<LearntTests> {
  const rows = await wholeRows();
  const gram = gramOf(rows);
  const controlled = { xrays: controls, rows: await rowsOf(asPictures(controls), 'whole') };
  return {
    gram,
    whole: aurocOf(study, logitsOf(study, gram), 'whole'),
    results: [
      splitDifference(study, gram),
      sourceOfClass(study, rows, controlled),
      sourceWithoutClass(study, rows, controlled),
      sourcesLeftOut(study, gram),
      sameSource(study, rows, controlled),
    ],
  };
}

/** Makes the tests of one part. */
export async function learntTests(part: LearntPart, learning: Learning): Promise<LearntTests> {
  const { study, thumbnails, rowsOf, wholeRows } = learning;
  switch (part) {
    case 'whole':
      return wholeTests(learning);
    case 'without-centre':
    case 'border': {
      const rows = await rowsOf(asPictures(study.xrays), part);
      return { results: [{ name: part, figure: aurocOfRows(study, rows, part) }] };
    }
    case 'one-border':
      return {
        results: [await oneBorder(study, await wholeRows(), (bordered) => rowsOf(bordered, 'whole'))],
      };
    case 'lungs': {
      const lungRows = (found: readonly Xray[]) => rowsOf(asPictures(found), 'lungs');
      return { results: [await lungTest(study, await thumbnails(), wholeRows, lungRows)] };
    }
    case 'plain':
      return { results: [...plainTests(study, await thumbnails()), ...recordTests(study)] };
  }
}
