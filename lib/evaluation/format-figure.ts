import type { PossibleFigure } from './figure';

/** What stands for a figure that does not exist. */
export const noFigure = '–';

/** A share in per cent, one decimal: "98.7 %". */
export const formatPercent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * A figure with its interval: "0.963 [0.817, 0.993]", or a dash where there is none.
 * @param digits decimals, default 3
 */
export const formatFigure = (figure: PossibleFigure, digits = 3): string =>
  figure.value === null
    ? noFigure
    : `${figure.value.toFixed(digits)} [${figure.low.toFixed(digits)}, ${figure.high.toFixed(digits)}]`;
