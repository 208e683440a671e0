import { InputError, quote } from '../core/check';
import type { Xray } from './xray';

/**
 * Checks that what was given are records of pictures.
 * @throws InputError for no list, such as a promise of one, and for a list of something else
 */
export function checkXrays(xrays: readonly Xray[]): void {
  const loaded = 'give records of pictures, as `await loadDataset(folder)` does';
  if (!Array.isArray(xrays)) throw new InputError(`xrays is ${quote(xrays)}; ${loaded}`);
  const bad = xrays.findIndex((xray) => typeof xray?.path !== 'string' || typeof xray.label !== 'string');
  if (bad >= 0) throw new InputError(`xrays has ${quote(xrays[bad])}; ${loaded}`);
}
