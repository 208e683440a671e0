import type { Xray } from './xray';

/**
 * Groups of two or more records whose files are identical (same SHA-256), in the order of their first record.
 */
export function findDuplicates<T extends Pick<Xray, 'sha256'>>(xrays: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const xray of xrays) {
    const group = groups.get(xray.sha256);
    if (group) group.push(xray);
    else groups.set(xray.sha256, [xray]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
