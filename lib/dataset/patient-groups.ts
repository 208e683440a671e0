import path from 'node:path';
import { byText } from '../core/by-text';
import type { Xray } from './xray';

/** Pictures that must stay together. */
export interface PatientGroup {
  readonly xrays: readonly Xray[];
  /** The class that most of its pictures have; the first by name where two are equal. */
  readonly label: string;
}

/** Sorts by class, file name and content, so that neither the order nor the folder's place matters to a split. */
const inOrder = (xrays: readonly Xray[]): Xray[] =>
  xrays
    .map((xray) => ({ xray, key: `${xray.label}/${path.basename(xray.path)}/${xray.sha256}` }))
    .sort((a, b) => byText(a.key, b.key))
    .map(({ xray }) => xray);

function commonLabel(xrays: readonly Xray[]): string {
  const counts = new Map<string, number>();
  for (const { label } of xrays) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].sort(byText);
  return labels.reduce((best, label) => (counts.get(label)! > counts.get(best)! ? label : best));
}

const toGroup = (xrays: readonly Xray[]): PatientGroup => ({ xrays, label: commonLabel(xrays) });

/** Every picture a group of its own, in a fixed order. */
export const imageGroups = (xrays: readonly Xray[]): PatientGroup[] =>
  inOrder(xrays).map((xray) => toGroup([xray]));

/**
 * Pictures grouped by patient, in a fixed order. Patients who share an identical picture (same SHA-256) are one.
 */
export function patientGroups(xrays: readonly Xray[]): PatientGroup[] {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    let top = key;
    while (parent.get(top) !== top) top = parent.get(top)!;
    parent.set(key, top);
    return top;
  };
  const ordered = inOrder(xrays);
  for (const { patientId, sha256 } of ordered) {
    const keys = [`patient ${patientId}`, `picture ${sha256}`] as const;
    for (const key of keys) if (!parent.has(key)) parent.set(key, key);
    parent.set(root(keys[1]), root(keys[0]));
  }
  const groups = new Map<string, Xray[]>();
  for (const xray of ordered) {
    const key = root(`patient ${xray.patientId}`);
    const group = groups.get(key);
    if (group) group.push(xray);
    else groups.set(key, [xray]);
  }
  return [...groups.values()].map(toGroup);
}
