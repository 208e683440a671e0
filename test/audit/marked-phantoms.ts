import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../../lib/core/files';
import { seededRandom } from '../../lib/core/random';
import { drawPhantom } from '../../lib/dataset/phantom';
import { encodePhantom } from '../../lib/dataset/phantom/class-folder';
import { planPhantoms } from '../../lib/dataset/phantom/plan';
import type { PhantomClass } from '../../lib/dataset/phantom-class';
import { syntheticSource, type Xray } from '../../lib/dataset/xray';

/** Paints what a lead marker leaves in the upper right corner: as bright as bone, 18×8 pixels. */
function paintMark({ width, data }: { readonly width: number; readonly data: Uint8Array }): void {
  for (let y = 4; y < 12; y++) data.fill(235, y * width + 198, y * width + 216);
}

/** A data set: the share of each class's pictures that bear the mark. */
export type Marking = Readonly<Partial<Record<PhantomClass, number>>>;

/**
 * Phantoms, each drawn once and written once for each data set, with the mark in a corner or without it: a data set of
 * { covid: 1, normal: 0 } is made to be confounded, one of { covid: 0.5, normal: 0.5 } is not.
 * @returns the records by the name of the data set
 */
export async function writeMarkedPhantoms<Name extends string>(
  folder: string,
  count: number,
  seed: number,
  sets: Readonly<Record<Name, Marking>>,
): Promise<Record<Name, Xray[]>> {
  const names = Object.keys(sets) as Name[];
  const xrays = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Xray[]>;
  for (const label of Object.keys(sets[names[0]!]!) as PhantomClass[]) {
    for (const name of names) mkdirSync(path.join(folder, name, label), { recursive: true });
    const random = seededRandom(`${seed}/mark/${label}`);
    for (const { name: file, patient, picture, patientId } of planPhantoms(label, 'training', seed, count)) {
      const drawn = drawPhantom(label, patient, picture);
      const luck = random.uniform();
      for (const name of names) {
        const phantom = { ...drawn, data: drawn.data.slice() };
        if (luck < sets[name][label]!) paintMark(phantom);
        const bytes = await encodePhantom(phantom);
        const at = path.join(folder, name, label, file);
        writeFileSync(at, bytes);
        const { width, height } = phantom;
        const known = { label, patientId, source: syntheticSource, view: 'PA', license: '' };
        xrays[name].push({ ...known, path: at, width, height, sha256: sha256(bytes) });
      }
    }
  }
  return xrays;
}
