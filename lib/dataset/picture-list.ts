import path from 'node:path';
import sharp from 'sharp';
import { InputError } from '../core/check';
import { sha256 } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { channelsOf } from './channels';
import type { NewPicture } from './class-folder';
import { decodeDicom } from './dicom/decode-dicom';
import { hashedPatientId } from './patient-id';
import { decodePixels, dicomHeader, readPictureFile } from './read-pixels';
import type { Xray } from './xray';

/** A picture to copy into a class folder, and what is known of it. */
export interface PictureToCopy extends Pick<Xray, 'source' | 'view' | 'license' | 'metadata'> {
  /** Default: what DICOM says, hashed; else every picture is a patient of its own. */
  readonly patientId?: string;
  /** Where it is. */
  readonly from: string;
  /** File name in the class folder. */
  readonly name: string;
}

/**
 * A file's name in a class folder: its own, before it those of the folders above it as long as the name is taken, before
 * that a number if it still is; never hidden.
 */
export function nameFor(file: string, taken: Set<string>): string {
  const plain = (part: string) => part.replace(/^\.+/, '_');
  // What may be DICOM is written as PNG.
  const key = (name: string) =>
    /\.(png|jpe?g)$/i.test(name)
      ? name.toLowerCase()
      : `${name.replace(/\.(dcm|dicom)$/i, '').toLowerCase()}.png`;
  const [own = '', ...above] = file.split(path.sep).filter(Boolean).reverse();
  let name = plain(own);
  for (const folder of above) {
    if (!taken.has(key(name))) break;
    name = `${plain(folder)}-${name}`;
  }
  const whole = name;
  for (let i = 2; taken.has(key(name)); i++) name = `${i}-${whole}`;
  taken.add(key(name));
  return name;
}

async function copyOf({ from, name, ...known }: PictureToCopy): Promise<NewPicture> {
  const read = await readPictureFile(from);
  const header = dicomHeader(read, from);
  const pixels = header ? await decodeDicom(header, from) : await decodePixels(read, from);
  const { width, height, data } = pixels;
  const raw = { width, height, channels: channelsOf(pixels) as 1 | 3 };
  const bytes = header ? await sharp(data, { raw }).png().toBuffer() : read;
  const patientId = header?.patient
    ? hashedPatientId('dicom', header.patient)
    : `${known.source}:${path.basename(path.dirname(from))}/${name}`;
  const record = {
    path: header ? `${name.replace(/\.(dcm|dicom)$/i, '')}.png` : name,
    patientId,
    ...known,
    view: known.view || (header?.view ?? ''),
    ...{ width, height, sha256: sha256(bytes) },
  };
  return { bytes, record };
}

/** What the builders of class folders accept. */
export interface BuildOptions extends WorkOptions {
  /** Whether the first picture that cannot be used ends the work. Default: it is left out, and named in the report. */
  readonly strict?: boolean;
}

/**
 * Reads pictures one by one and decodes each whole, so that what is copied can be used; stops after `count` good ones.
 * JPEG and PNG are copied byte for byte; DICOM is written as PNG, so that nobody's name comes along.
 * @param unreadable gets a line for every picture left out: which, and what is wrong
 * @throws InputError naming the first picture that cannot be used, if `strict`
 */
export async function* readable(
  list: readonly PictureToCopy[],
  unreadable: string[],
  { onProgress, signal, strict }: BuildOptions,
  count = list.length,
): AsyncGenerator<NewPicture> {
  let done = 0;
  for (const picture of list) {
    if (done === count) break;
    signal?.throwIfAborted();
    onProgress?.({ stage: 'copy pictures', done, total: count, note: picture.name });
    try {
      const copy = await copyOf(picture);
      done++;
      yield copy;
    } catch (error) {
      if (strict || !(error instanceof InputError)) throw error;
      unreadable.push(error.message);
    }
  }
  onProgress?.({ stage: 'copy pictures', done, total: count });
}
