import { InputError } from '../core/check';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { type ClassScores, oneVsRest, type ScoredPictures } from '../evaluation/scored-pictures';
import { accent, classColors } from './colors';
import { spanOf } from './span-of';
import type { ChartOptions } from './theme';

/** One model's scored pictures, or several models' by name. */
export type Scored = ScoredPictures | Readonly<Record<string, ScoredPictures>>;

export interface ScoredOptions extends ChartOptions {
  /**
   * The class that is told from all others. Default: each class of one model of three or more classes; else the first
   * class.
   */
  readonly positive?: string;
}

/** What one curve is drawn from. */
export interface ScoredCurve extends ClassScores {
  /** Name of the class or of the model. */
  readonly name: string;
  readonly positive: string;
  readonly patients: readonly string[];
  readonly color: string;
}

const isOne = (scored: Scored): scored is ScoredPictures => Array.isArray(scored.probabilities);

/**
 * The curves that a chart shows: one for each class of a model, or for one class one for each model.
 * @throws InputError where there is nothing to draw, or for a class that is none of the labels
 */
export function scoredCurves(scored: Scored, positive?: string): ScoredCurve[] {
  const models = isOne(scored) ? [] : Object.entries(scored);
  if (isOne(scored)) {
    const { labels, patients } = scored;
    const shown = positive ? [positive] : labels.length > 2 ? labels : labels.slice(0, 1);
    const colors = classColors(labels);
    return shown.map((label) => ({
      name: label,
      positive: label,
      patients,
      color: colors[labels.indexOf(label)]!,
      ...oneVsRest(scored, label),
    }));
  }
  if (models.length === 0) throw new InputError('There are no scored pictures to draw');
  const colors = models.length > 1 ? classColors(models.map(([name]) => name)) : [accent];
  return models.map(([name, own], i) => {
    const label = positive ?? own.labels[0]!;
    const { patients } = own;
    return { name, positive: label, patients, color: colors[i]!, ...oneVsRest(own, label) };
  });
}

/** "covid", or "VGG16, covid" where curves are of models. */
export const curveName = ({ name, positive }: ScoredCurve): string =>
  name === positive ? name : `${name}, ${positive}`;

/** The named figure of one curve in full; of several the range that they span, with the names of both ends. */
export function findingOf(
  metric: string,
  curves: readonly ScoredCurve[],
  figures: readonly PossibleFigure[],
): string {
  if (curves.length === 1) return `${metric} of ${curveName(curves[0]!)}: ${formatFigure(figures[0]!)}`;
  const of = new Set(curves.map(({ positive }) => positive)).size === 1 ? ` of ${curves[0]!.positive}` : '';
  return `${metric}${of} ${spanOf(curves.map(({ name }, i) => ({ name, value: figures[i]!.value! })))}`;
}
