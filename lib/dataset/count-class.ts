import { byText } from './class-files';
import type { Xray } from './xray';

/** What there is of one class. */
export function countClass(xrays: readonly Xray[], label: string) {
  const own = xrays.filter((xray) => xray.label === label);
  return {
    label,
    pictures: own.length,
    patients: new Set(own.map(({ patientId }) => patientId)).size,
    sources: [...new Set(own.map(({ source }) => source))].sort(byText),
  };
}
