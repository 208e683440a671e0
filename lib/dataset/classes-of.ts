import { byText } from '../core/by-text';
import type { Xray } from './xray';

/** The classes that pictures are of, in order of their names. */
export const classesOf = (xrays: readonly Pick<Xray, 'label'>[]): string[] =>
  [...new Set(xrays.map(({ label }) => label))].sort(byText);
