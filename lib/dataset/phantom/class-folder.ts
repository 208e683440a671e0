import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { sha256, writeFileAtomic, writeFolderAtomic } from '../../core/files';
import { writing } from '../../core/write-error';
import { drawPhantom, type Phantom } from '../phantom';
import type { PhantomClass } from '../phantom-class';
import { recordsName, recordsText } from '../records';
import { syntheticSource, type Xray } from '../xray';
import type { PlannedPhantom } from './plan';

const license = 'CC0-1.0';
const description = 'Synthetic chest phantom of xray-transfer: not a person, for education only';

/** A phantom as a grey PNG of 8 bits; its description says that it is synthetic. */
export const encodePhantom = ({ width, height, data }: Phantom): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .withExif({ IFD0: { ImageDescription: description, Copyright: license } })
    .png()
    .toBuffer();

/** Whether a class folder already holds exactly these phantoms, byte for byte as its records say. */
export async function holdsPhantoms(
  records: readonly Xray[],
  plan: readonly PlannedPhantom[],
): Promise<boolean> {
  if (records.length !== plan.length) return false;
  const same = records.every(
    (xray, i) => path.basename(xray.path) === plan[i]!.name && xray.patientId === plan[i]!.patientId,
  );
  if (!same) return false;
  // Whole and side by side: a hundred small files take a few milliseconds, as streams ten times that.
  const intact = await Promise.all(
    records.map((xray) =>
      readFile(xray.path).then(
        (bytes) => sha256(bytes) === xray.sha256,
        () => false,
      ),
    ),
  );
  return intact.every(Boolean);
}

async function writePhantom(
  folder: string,
  label: PhantomClass,
  { name, patient, picture, patientId }: PlannedPhantom,
): Promise<Xray> {
  const phantom = drawPhantom(label, patient, picture);
  const png = await encodePhantom(phantom);
  const file = path.join(folder, name);
  await writing(file, () => writeFile(file, png, { flag: 'wx' }));
  const { width, height } = phantom;
  return {
    path: file,
    label,
    patientId,
    source: syntheticSource,
    view: 'PA',
    width,
    height,
    sha256: sha256(png),
    license,
  };
}

/**
 * Draws one class into `folder`, whole or not at all, replacing what is there.
 * @param drawn told after each picture; may throw to stop
 */
export async function writeClassFolder(
  folder: string,
  label: PhantomClass,
  plan: readonly PlannedPhantom[],
  drawn: () => void,
): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    const xrays: Xray[] = [];
    for (const planned of plan) {
      xrays.push(await writePhantom(temporary, label, planned));
      drawn();
    }
    await writeFileAtomic(path.join(temporary, recordsName), recordsText(temporary, xrays));
  });
}
