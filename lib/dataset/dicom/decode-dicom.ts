import type { Pixels } from '../xray';
import { decompress } from './decompress';
import { greyLevels } from './grey-levels';
import type { DicomHeader } from './header';
import { rgbOf, storedValues } from './samples';

/**
 * Decodes the picture of a DICOM file to 8 bits: grey (see greyLevels) to one channel, colour to RGB. Overlays are left
 * out. `file` is only named in errors.
 * @throws InputError as decompress
 */
export async function decodeDicom(header: DicomHeader, file: string): Promise<Pixels> {
  const { width, height, samples } = header;
  const uncompressed = await decompress(header, file);
  const data =
    samples === 1 ? greyLevels(storedValues(uncompressed, header), header) : rgbOf(uncompressed, header);
  return { width, height, data };
}
