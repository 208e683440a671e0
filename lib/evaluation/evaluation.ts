import type { CalibrationError } from './calibration-error';
import type { Figure, PossibleFigure } from './figure';

/** How well one class is told from the others. Three nulls stand where a denominator is zero. */
export interface ClassFigures {
  /** Share of this class's pictures that were called it: TP / (TP + FN). */
  readonly sensitivity: PossibleFigure;
  /** Sensitivity under its other name. */
  readonly recall: PossibleFigure;
  /** Share of the other classes' pictures that were not called it: TN / (TN + FP). */
  readonly specificity: PossibleFigure;
  /** Share of the pictures called this class that are of it: TP / (TP + FP). */
  readonly precision: PossibleFigure;
  /** Harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN). */
  readonly f1: PossibleFigure;
  /** Area under the ROC curve, this class against all others; its interval by `auroc`. Absent where only counts are known. */
  readonly auroc?: PossibleFigure;
  /** Area under the precision-recall curve (average precision), likewise; guessing reaches the class's share. */
  readonly auprc?: PossibleFigure;
  /** How many pictures are of this class. */
  readonly support: number;
}

/** What a model got right and wrong on pictures of known class; every proportion with its Wilson 95 % interval. */
export interface Evaluation {
  /** The classes, in the order of the matrix's rows and columns. */
  readonly labels: readonly string[];
  /** Pictures by true class (row) and predicted class (column). */
  readonly confusion: readonly (readonly number[])[];
  /** How many pictures. */
  readonly count: number;
  /** Share of pictures classed rightly. */
  readonly accuracy: Figure;
  readonly perClass: Readonly<Record<string, ClassFigures>>;
  /**
   * Area under the ROC curve. Of two classes it is the same for both. Of more it is the mean over the classes that have
   * pictures, each against all others, with the mean of their bounds, which is wide enough however they depend on each
   * other. Absent where only counts are known.
   */
  readonly auroc?: PossibleFigure;
  /**
   * Area under the precision-recall curve (average precision): the mean over the classes that have pictures, each
   * against all others. Absent where only counts are known.
   */
  readonly auprc?: PossibleFigure;
  /** Mean negative log probability of the true class; absent where only counts are known. */
  readonly logLoss?: number;
  /** Brier's score, 0 to 2; absent where only counts are known. */
  readonly brier?: number;
  /** How far the probabilities can be taken at their word; absent where only counts are known. */
  readonly calibration?: Calibration;
}

/** Figures of the probabilities themselves, with bootstrap intervals over patients. */
export interface Calibration {
  /** Expected calibration error of the called class's probability, ten bins of equal width. */
  readonly ece: CalibrationError;
  /** Brier's score, 0 to 2. */
  readonly brier: PossibleFigure;
  /** Mean negative log probability of the true class; absent in records of older versions. */
  readonly logLoss?: PossibleFigure;
}
