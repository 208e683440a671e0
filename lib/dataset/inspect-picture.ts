import { sha256 } from '../core/files';
import { decodeDicom } from './dicom/decode-dicom';
import { checkWholePixels } from './dicom/decompress';
import { hashedPatientId } from './patient-id';
import { isDeepPng } from './picture-format';
import { decodeChannels, dicomHeader, pictureSize, readPictureFile } from './read-pixels';
import type { Xray } from './xray';

const pngEnd = Buffer.from('0000000049454e44ae426082', 'hex');

/** Whether the last bytes are those of a whole JPEG or PNG. A cut file fails; so do harmless bytes after the end. */
const endsWell = (bytes: Buffer): boolean =>
  bytes.subarray(-2).equals(Buffer.of(0xff, 0xd9)) || bytes.subarray(-12).equals(pngEnd);

/** What a picture file says of itself. */
export interface Inspected extends Pick<Xray, 'sha256' | 'width' | 'height' | 'view'> {
  /** Undefined where the file does not say. */
  readonly patientId?: string;
}

/**
 * Hash, size and, of DICOM, patient and view of a picture file, found without decoding it (thousands of files a second)
 * where its end is whole, unless it has 16 bits.
 * @param mustDecode whether the picture of this hash is to be decoded whole, to know that it can be. Default: never
 * @throws InputError as readPixels
 */
export async function inspectPicture(
  file: string,
  mustDecode: (sha256: string) => boolean = () => false,
): Promise<Inspected> {
  const bytes = await readPictureFile(file);
  const hash = sha256(bytes);
  const header = dicomHeader(bytes, file);
  if (header) {
    if (mustDecode(hash)) await decodeDicom(header, file);
    else checkWholePixels(header, file);
    const { width, height, view, patient } = header;
    const patientId = patient ? hashedPatientId('dicom', patient) : undefined;
    return { sha256: hash, width, height, view, patientId };
  }
  const { width, height } = await pictureSize(bytes, file);
  if (!endsWell(bytes) || isDeepPng(bytes) || mustDecode(hash)) await decodeChannels(bytes, file);
  return { sha256: hash, width, height, view: '' };
}
