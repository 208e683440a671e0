/** A measured figure and the interval in which the true one lies with 95 % confidence (unless said otherwise). */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A figure that does not exist because its denominator is zero, such as the precision of a class never predicted. */
export interface UndefinedFigure {
  readonly value: null;
  readonly low: null;
  readonly high: null;
}

/** A figure, or three nulls where its denominator is zero; null and not NaN, because JSON has no NaN. */
export type PossibleFigure = Figure | UndefinedFigure;

export const undefinedFigure: UndefinedFigure = { value: null, low: null, high: null };
