import type { AuditSummary, Verdict } from '../evaluation/audit-summary';
import type { PossibleFigure } from '../evaluation/figure';

/** All tests, in the order of the report. */
export const testNames = [
  'exact-duplicates',
  'near-duplicates',
  'shared-patients',
  'split-difference',
  'without-centre',
  'border',
  'one-border',
  'lungs',
  'size',
  'exposure',
  'edges',
  'thumbnail',
  'source-name',
  'view',
  'source-of-class',
  'source-without-class',
  'sources-left-out',
  'same-source',
] as const;
export type TestName = (typeof testNames)[number];

/** One test: what was measured, what follows, and by which rule. */
export interface AuditTest {
  readonly name: TestName;
  /** `leakage`: do pictures of the training part stand in the test part? `shortcuts`: do the classes differ in what is no disease? */
  readonly part: 'leakage' | 'shortcuts';
  /** For people: "Border only". */
  readonly title: string;
  /** What `figure` is: "AUROC", "pictures", "accuracy gained". */
  readonly measure: string;
  /** With its 95 % interval; a count has itself as both bounds. Three nulls where the test was not made. */
  readonly figure: PossibleFigure;
  readonly verdict: Verdict;
  /** The rule that led to the verdict. */
  readonly rule: string;
  /** What was found and what it means, in a sentence or two; of a test that was not made, why. */
  readonly words: string;
}

/** Two pictures that are, or look like, the same. */
export interface DuplicatePair {
  /** Paths, to be shown side by side: `collage(pair.pictures)`. */
  readonly pictures: readonly [string, string];
  readonly labels: readonly [string, string];
  readonly patients: readonly [string, string];
  /** Whether the files are the same, byte for byte. */
  readonly exact: boolean;
  /** Bits of 256 in which the perceptual hashes differ. */
  readonly hashDistance: number;
  /** Cosine of the angle between the network's standardised features; absent where not both were taken for the tests that learn. */
  readonly featureSimilarity?: number;
}

/** What an audit looked at. */
export interface AuditedData {
  readonly pictures: number;
  readonly patients: number;
  readonly classes: readonly {
    readonly label: string;
    readonly pictures: number;
    readonly patients: number;
    /** Pictures that the shortcut tests took. */
    readonly sampled: number;
    readonly sources: readonly string[];
  }[];
  /** Pictures that are set beside the classes, see `AuditOptions.controls`. */
  readonly controls: {
    readonly given: number;
    /** All but those whose patient or picture is among the classes. */
    readonly used: number;
    /** Those used, by the name of their class. */
    readonly findings: readonly {
      readonly label: string;
      readonly pictures: number;
      readonly patients: number;
      readonly sources: readonly string[];
    }[];
  };
  readonly synthetic: boolean;
  /** SHA-256 over the pictures' hashes, sorted. */
  readonly sha256: string;
}

/** What pictures in class folders let a model learn besides the disease. Plain data. For education only. */
export interface Audit extends AuditSummary {
  readonly data: AuditedData;
  readonly backbone: { readonly title: string; readonly weights: string; readonly weightsHash: string };
  readonly seed: number;
  /** AUROC of the whole pictures, patients kept together: what the other figures are set against. */
  readonly whole: PossibleFigure;
  readonly tests: readonly AuditTest[];
  /** Flagged if any test is that counts against the data; clear if none is and the border was tested. */
  readonly verdict: Verdict;
  /** What to expect of a model trained on these pictures, on those of a source it has never seen. */
  readonly expectation: string;
  /**
   * At most 60 pairs: those of two patients first, nearest first, a third of the places for those found by features
   * alone; `exact-duplicates` and `near-duplicates` count all.
   */
  readonly duplicates: readonly DuplicatePair[];
  /** Seconds of wall time. */
  readonly seconds: number;
  readonly notice: string;
}
