import { chooseThreshold, type OperatingPoint } from './operating-point';

/** A row of the table: what was asked for, and the threshold that gives it. */
export interface ThresholdRow extends OperatingPoint {
  /** Which of the two was asked for. */
  readonly wanted: 'sensitivity' | 'specificity';
  /** How much of it, at least. */
  readonly level: number;
}

export interface ThresholdTableOptions {
  /** Specificities to reach, in [0, 1]. Default 0.8, 0.9, 0.95, 0.99. */
  readonly specificities?: readonly number[];
  /** Sensitivities to reach, in [0, 1]. Default 0.8, 0.9, 0.95, 0.99. */
  readonly sensitivities?: readonly number[];
}

const usual = [0.8, 0.9, 0.95, 0.99] as const;

/**
 * The largest sensitivity at each wanted specificity, and back, with Wilson's intervals. Only thresholds that occur are
 * taken, nothing is interpolated, so what is reached may be more than what was asked for.
 * @throws InputError as `chooseThreshold` does
 */
export function thresholdTable(
  scores: readonly number[],
  positives: readonly boolean[],
  { specificities = usual, sensitivities = usual }: ThresholdTableOptions = {},
): ThresholdRow[] {
  return [
    ...specificities.map((level): ThresholdRow => {
      const point = chooseThreshold(scores, positives, { specificity: level });
      return { wanted: 'specificity', level, ...point };
    }),
    ...sensitivities.map((level): ThresholdRow => {
      const point = chooseThreshold(scores, positives, { sensitivity: level });
      return { wanted: 'sensitivity', level, ...point };
    }),
  ];
}
