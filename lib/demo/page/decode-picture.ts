import { InputError } from '../../core/check';
import { colourOf, isAnimatedPng, pictureFormat } from '../../dataset/picture-format';
import { mostBytes } from '../../dataset/picture-limits';
import type { Pixels } from '../../dataset/xray';
import { decodePng } from './decode-png';

/** Whether a JPEG has its end: a browser paints what there is of a file that was cut off, and says nothing. */
function isWholeJpeg(bytes: Uint8Array): boolean {
  let at = 2;
  // Marker after marker to the start of the scan; a thumbnail among them has an end of its own.
  while (at + 3 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda)
    at += bytes[at + 1] === 0xff ? 1 : 2 + (bytes[at + 2]! << 8) + bytes[at + 3]!;
  for (let end = bytes.length - 2; end > at; end--)
    if (bytes[end] === 0xff && bytes[end + 1] === 0xd9) return true;
  return false;
}

/** A JPEG by the browser's decoder: its pixels as they are, turned as EXIF says, colour profile ignored. */
async function decodeJpeg(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  if (!isWholeJpeg(bytes)) throw new InputError('it is damaged or cut off');
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
    imageOrientation: 'from-image',
  }).catch(() => {
    throw new InputError('it is damaged or cut off');
  });
  const { width, height } = bitmap;
  // In memory, not on a graphics card, whose drawing may round.
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4, o += 3) {
    data[o] = rgba[i]!;
    data[o + 1] = rgba[i + 1]!;
    data[o + 2] = rgba[i + 2]!;
  }
  return { width, height, data };
}

/**
 * The pixels of a JPEG or PNG file, as the library reads them. The content decides the format, not the name.
 * @throws InputError with a sentence that names the file and what is wrong with it
 */
export async function decodePicture(file: File): Promise<Pixels> {
  try {
    if (file.size > mostBytes) throw new InputError('it has more than 512 MB');
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!bytes.length) throw new InputError('it is empty');
    const format = pictureFormat(bytes);
    if (format === 'PNG') {
      if (isAnimatedPng(bytes)) throw new InputError('it is an animated PNG; save the wanted frame');
      return await decodePng(bytes);
    }
    if (format !== 'JPEG')
      throw new InputError(`it holds ${format ?? 'no picture known here'}; save it as a JPEG or PNG`);
    if (colourOf(bytes) === 'cmyk')
      throw new InputError('it has CMYK colours, made for printing; save it as RGB or grey');
    return await decodeJpeg(bytes);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${file.name} cannot be read: ${error.message}.`);
    throw error;
  }
}
