import { InputError } from '../core/check';
import { plural } from '../core/plural';
import { classesOf } from '../dataset/classes-of';
import { countClass } from '../dataset/count-class';
import type { Xray } from '../dataset/xray';
import type { AuditedData } from './audit';
import type { Rows } from './rows';

/** Pictures of other findings from the source of a class. */
export interface Controls {
  readonly xrays: readonly Xray[];
  /** The network's features of them. */
  readonly rows: Rows;
}

const named = ({ label, source }: Xray): string => `class "${label}" from ${source}`;

/**
 * The controls that are set beside the classes: all whose patient and picture are not among theirs. One that is named
 * like a class is a picture of that class from elsewhere, such as a normal one from the source of the sick.
 * @throws InputError for controls of a class and a source that the classes have: these are no controls
 */
export function usableControls(controls: readonly Xray[], xrays: readonly Xray[]): Xray[] {
  const own = new Set(xrays.map(named));
  const same = controls.filter((xray) => own.has(named(xray)));
  if (same.length)
    throw new InputError(
      `controls has ${plural(same.length, 'picture')} of ${named(same[0]!)}, and so have the classes. Controls are pictures of other ` +
        'findings, or of another source: rename their folder after their finding, or leave it out',
    );
  const patients = new Set(xrays.map(({ patientId }) => patientId));
  const files = new Set(xrays.map(({ sha256 }) => sha256));
  return controls.filter(({ patientId, sha256 }) => !patients.has(patientId) && !files.has(sha256));
}

/** How many controls were given, and which were used. */
export function describeControls(given: readonly Xray[], used: readonly Xray[]): AuditedData['controls'] {
  return {
    given: given.length,
    used: used.length,
    findings: classesOf(used).map((label) => countClass(used, label)),
  };
}
