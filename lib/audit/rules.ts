import type { Verdict } from '../evaluation/audit-summary';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import type { AuditTest, TestName } from './audit';

/** When a figure is a flag. AUROCs are compared with `whole`, that of the whole pictures. */
export type Condition =
  /** Something is there that should not be. */
  | { readonly kind: 'any' }
  /** The interval lies above 0. */
  | { readonly kind: 'above-zero' }
  /** The classes are told apart by what is no disease: as well as `atLeast`, or as well as by the whole picture. */
  | { readonly kind: 'tells'; readonly atLeast: number; readonly within: number }
  /** As well as by the whole picture, though perhaps by the disease itself. */
  | { readonly kind: 'keeps-up'; readonly within: number }
  /** More is lost of what the whole pictures reach than chance takes; models trained on other pictures differ too. */
  | { readonly kind: 'loses'; readonly moreThan: number };

/** A row of the table of rules. */
export interface Rule {
  readonly part: AuditTest['part'];
  readonly title: string;
  readonly measure: string;
  readonly condition: Condition;
  /**
   * Whether a flag counts against the data as a whole. Else it is a hint: it may have a harmless reason, or the network
   * never sees what it rests on.
   */
  readonly decisive: boolean;
  /** What a flag means. */
  readonly flagged: string;
  /** What its absence means. */
  readonly clear: string;
}

const tells = { kind: 'tells', atLeast: 0.8, within: 0.05 } as const;
// Of any pictures: who audits leaves or cells reads it too.
const withoutMiddle =
  'the classes can be told apart without the middle of the picture, where a chest X-ray shows the lungs';

/**
 * The rules. Thresholds for the border: guides to such studies flag an area of 0.80 and more, and a model that does
 * as well without the lungs as with them has no need of them (Maguolo and Nanni 2021; DeGrave, Janizek and Lee 2021).
 */
export const rules: Readonly<Record<TestName, Rule>> = {
  'exact-duplicates': {
    part: 'leakage',
    title: 'Identical files',
    measure: 'pictures too many',
    condition: { kind: 'any' },
    decisive: false,
    flagged:
      'a picture may stand on both sides of a split by picture; the split by patient keeps them together',
    clear: 'no file is there twice',
  },
  'near-duplicates': {
    part: 'leakage',
    title: 'Nearly the same picture, another patient',
    measure: 'pairs',
    condition: { kind: 'any' },
    decisive: false,
    flagged: 'one person may bear several patient names, and stand on both sides of any split: look at them',
    clear: 'no two patients have pictures that look the same',
  },
  'shared-patients': {
    part: 'leakage',
    title: 'Patients on two sides of a split by picture',
    measure: 'test pictures',
    condition: { kind: 'any' },
    decisive: false,
    flagged: 'split by patient',
    clear: 'nobody would be on two sides',
  },
  'split-difference': {
    part: 'leakage',
    title: 'Split by picture against split by patient',
    measure: 'accuracy gained',
    condition: { kind: 'above-zero' },
    decisive: false,
    flagged: 'figures of a split by picture are too good',
    clear: 'no gain is shown',
  },
  'without-centre': {
    part: 'shortcuts',
    title: 'Centre blacked out',
    measure: 'AUROC',
    condition: tells,
    decisive: true,
    flagged: withoutMiddle,
    clear:
      'without the middle of the picture, where a chest X-ray shows the lungs, the classes are not told apart well',
  },
  border: {
    part: 'shortcuts',
    title: 'Border only',
    measure: 'AUROC',
    condition: tells,
    decisive: true,
    flagged: withoutMiddle,
    clear: 'the border does not give the class away',
  },
  'one-border': {
    part: 'shortcuts',
    title: 'All pictures within the borders of one class',
    measure: 'AUROC',
    condition: { kind: 'loses', moreThan: 0.05 },
    decisive: true,
    flagged: 'the answer follows the border, and so will it follow a new source',
    clear: 'the answer does not follow the border',
  },
  lungs: {
    part: 'shortcuts',
    title: 'Lungs only',
    measure: 'AUROC',
    condition: { kind: 'loses', moreThan: 0.05 },
    decisive: false,
    flagged: 'part of what tells the classes apart lies outside the lungs',
    clear: 'the lungs hold what tells the classes apart; how a source exposes its pictures shows there too',
  },
  size: {
    part: 'shortcuts',
    title: 'Width, height and aspect',
    measure: 'AUROC',
    condition: tells,
    decisive: false,
    flagged: 'the files give the class away; resizing hides the size, but stretches the picture',
    clear: 'the size does not give the class away',
  },
  exposure: {
    part: 'shortcuts',
    title: 'Brightness and contrast',
    measure: 'AUROC',
    condition: tells,
    decisive: false,
    flagged: 'the exposure gives the class away, which may be what they show or the machine that took them',
    clear: 'the exposure does not give the class away',
  },
  edges: {
    part: 'shortcuts',
    title: 'Strips along the edges, without a network',
    measure: 'AUROC',
    condition: tells,
    decisive: true,
    flagged: withoutMiddle,
    clear: 'the edges do not give the class away',
  },
  thumbnail: {
    part: 'shortcuts',
    title: '16×16 thumbnail, without a network',
    measure: 'AUROC',
    condition: { kind: 'keeps-up', within: 0.05 },
    decisive: false,
    flagged: 'a high figure of the network is no sign that it sees any detail',
    clear: 'the network sees more than a thumbnail shows',
  },
  'source-name': {
    part: 'shortcuts',
    title: "The source's name",
    measure: 'AUROC',
    condition: tells,
    decisive: true,
    flagged: 'class and source go together, and no test on these pictures can tell which of them was learnt',
    clear: 'the classes share their sources',
  },
  view: {
    part: 'shortcuts',
    title: 'The projection (PA, AP …)',
    measure: 'AUROC',
    condition: tells,
    decisive: true,
    flagged: 'the way of taking the picture gives the class away',
    clear: 'the classes share their projections',
  },
  'source-of-class': {
    part: 'shortcuts',
    title: 'Sources where the disease is the same',
    measure: 'AUROC',
    condition: tells,
    decisive: false,
    flagged: 'sources look different where the disease is the same: a network can learn them',
    clear: 'where the disease is the same the sources look alike',
  },
  'source-without-class': {
    part: 'shortcuts',
    title: 'Sources among several findings',
    measure: 'AUROC',
    condition: tells,
    decisive: false,
    flagged: 'sources, or the other diseases in them, look different: only a hint',
    clear: 'without that class the sources look alike',
  },
  'sources-left-out': {
    part: 'shortcuts',
    title: 'A source left out of the training',
    measure: 'AUROC',
    condition: { kind: 'loses', moreThan: 0.05 },
    decisive: true,
    flagged: 'pictures of another source are told apart worse',
    clear: 'no loss on pictures of another source is shown',
  },
  'same-source': {
    part: 'shortcuts',
    title: 'Other findings of the same source',
    measure: 'AUROC',
    condition: { kind: 'loses', moreThan: 0.05 },
    decisive: true,
    flagged:
      'other findings of that source are called the class too: the source was learnt, or any opacity; these pictures cannot tell which',
    clear: 'the class is told apart within its own source too',
  },
};

/** A rule in words, with its thresholds. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'any':
      return 'flagged if there are any';
    case 'above-zero':
      return 'flagged if the interval lies above 0';
    case 'tells':
      return `flagged if ${condition.atLeast.toFixed(2)} or more, or, both being above chance, within ${condition.within.toFixed(2)} of the whole picture`;
    case 'keeps-up':
      return `flagged if, both being above chance, within ${condition.within.toFixed(2)} of the whole picture`;
    case 'loses':
      return `flagged if more than ${condition.moreThan.toFixed(2)} below what it is set against, by more than both intervals leave to chance, and that is above chance`;
  }
}

/**
 * Whether a figure is a flag.
 * @param figure what the test measured
 * @param whole AUROC of the whole pictures
 */
export function isFlagged(condition: Condition, figure: PossibleFigure, whole: PossibleFigure): boolean {
  if (figure.value === null) return false;
  const { value, low, high } = figure;
  // Nothing keeps up with pictures that tell nothing: in noise every test is within reach of the whole.
  const toldByWhole = whole.value !== null && whole.low > 0.5;
  const keepsUp = (within: number) => toldByWhole && low > 0.5 && value >= whole.value - within;
  switch (condition.kind) {
    case 'any':
      return value > 0;
    case 'above-zero':
      return low > 0;
    case 'tells':
      return value >= condition.atLeast || keepsUp(condition.within);
    case 'keeps-up':
      return keepsUp(condition.within);
    case 'loses':
      // Nothing is lost where nothing was told.
      // The difference's interval from those of both, by squares and sums (Newcombe 1998, method 10).
      return (
        toldByWhole &&
        value < whole.value - condition.moreThan &&
        whole.value - value > Math.hypot(whole.value - whole.low, high - value)
      );
  }
}

/** What a test measured: a figure, with words of its own where there are some. */
export interface Measurement {
  readonly name: TestName;
  readonly figure: PossibleFigure;
  /** What the figure is set against. Default: the AUROC of the whole pictures. */
  readonly against?: PossibleFigure;
  /** What was found, before what it means: "32 of 5,840 pictures". Default: the figure. */
  readonly found?: string;
}

/** A test that was not made, and why. */
export interface Omission {
  readonly name: TestName;
  readonly why: string;
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

function judge({ name, figure, against, found }: Measurement, whole: PossibleFigure): AuditTest {
  const { condition, flagged, clear, ...row } = rules[name];
  const verdict: Verdict = isFlagged(condition, figure, against ?? whole) ? 'flagged' : 'clear';
  const what = found ?? `${row.measure} ${formatFigure(figure, 2)}`;
  return {
    name,
    part: row.part,
    title: row.title,
    measure: row.measure,
    figure,
    verdict,
    rule: describeCondition(condition),
    words: sentence(`${what}: ${verdict === 'flagged' ? flagged : clear}`),
  };
}

/** A measurement under its rule, or why there is none. */
export function toTest(result: Measurement | Omission, whole: PossibleFigure): AuditTest {
  if ('figure' in result) return judge(result, whole);
  const { part, title, measure, condition } = rules[result.name];
  return {
    name: result.name,
    part,
    title,
    measure,
    figure: { value: null, low: null, high: null },
    verdict: 'not tested',
    rule: describeCondition(condition),
    words: sentence(result.why),
  };
}
