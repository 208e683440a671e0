import { byText } from '../core/by-text';
import { countClass } from './count-class';
import type { Split, Xray } from './xray';

/** What the pictures of one class are, as far as their records say it. */
export interface ClassSummary {
  readonly label: string;
  /** Pictures on each side. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** On all sides together. */
  readonly pictures: number;
  readonly patients: number;
  readonly sources: readonly string[];
  /** Projections that records name; of others they say nothing. */
  readonly views: readonly string[];
  /** Licences that records name, likewise. */
  readonly licenses: readonly string[];
}

const distinct = (values: readonly string[]): string[] => [...new Set(values.filter(Boolean))].sort(byText);

/** A split class by class. A picture that is validated and tested on, as in the article, is counted once in `pictures`. */
export function summarizeSplit({ train, validation, test, classes }: Split): ClassSummary[] {
  const all = [...new Set([...train, ...validation, ...test])];
  const count = (xrays: readonly Xray[], label: string) =>
    xrays.filter((xray) => xray.label === label).length;
  return classes.map((label) => {
    const own = all.filter((xray) => xray.label === label);
    return {
      ...countClass(all, label),
      train: count(train, label),
      validation: count(validation, label),
      test: count(test, label),
      views: distinct(own.map(({ view }) => view)),
      licenses: distinct(own.map(({ license }) => license)),
    };
  });
}
