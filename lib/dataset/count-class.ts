import { byText } from '../core/by-text';
import { countPatients } from './count-patients';
import type { Xray } from './xray';

/** What there is of one class. */
export function countClass(xrays: readonly Xray[], label: string) {
  const own = xrays.filter((xray) => xray.label === label);
  return {
    label,
    pictures: own.length,
    patients: countPatients(own),
    sources: [...new Set(own.map(({ source }) => source))].sort(byText),
  };
}
