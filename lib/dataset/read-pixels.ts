import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { asError, InputError } from '../core/check';
import { asRgb } from './channels';
import { decodeDicom } from './dicom/decode-dicom';
import { type DicomHeader, readDicomHeader } from './dicom/header';
import { colourOf, isAnimatedPng, isDeepPng, pictureFormat } from './picture-format';
import { isNearlyBlack, mostBytes, mostPixels, mostSeconds } from './picture-limits';
import type { Pixels } from './xray';

const remedy = 'save it as an 8-bit RGB or grey JPEG or PNG, or remove it';

/** A name with a line break or an escape sequence in it could pass for other words wherever it is printed. */
function checkName(file: string): void {
  if (/\p{Cc}/u.test(file))
    throw new InputError(`${JSON.stringify(file)} has control characters in its name; rename it`);
}

const empty = (file: string): InputError =>
  new InputError(`${file} is empty (0 bytes); fetch it again, or remove it`);

function checkFile(found: Stats, file: string): void {
  // Reading a pipe or a device may never end.
  if (!found.isFile() && !found.isDirectory())
    throw new InputError(`${file} is a pipe or device, not a file; remove it`);
  // Some of the system's files have no size and no end.
  if (found.isFile() && found.size === 0) throw empty(file);
  if (found.size > mostBytes) throw new InputError(`${file} has more than ${mostBytes / 1e6} MB; ${remedy}`);
}

function unopened(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new InputError(
      // What a listed name becomes where it is not UTF-8.
      file.includes('\ufffd')
        ? `${file} cannot be opened: its name is not UTF-8; rename it`
        : `${file} does not exist; check the path`,
    );
  if (code === 'EISDIR') return new InputError(`${file} is a folder; name a picture file in it`);
  return new InputError(
    `${file} cannot be opened (${code ?? asError(error).message}); check its permissions`,
  );
}

/**
 * A picture file's bytes.
 * @throws InputError naming the file if it is missing, a folder, a pipe or device, empty, huge, not to be opened, or has
 * control characters in its name
 */
export async function readPictureFile(file: string): Promise<Buffer> {
  checkName(file);
  try {
    checkFile(await stat(file), file);
    return await readFile(file);
  } catch (error) {
    throw unopened(file, error);
  }
}

/** `readPictureFile` for a thread that has nothing else to do meanwhile: a tenth of the processor's time. */
export function readPictureFileSync(file: string): Buffer {
  checkName(file);
  try {
    checkFile(statSync(file), file);
    return readFileSync(file);
  } catch (error) {
    throw unopened(file, error);
  }
}

function checkFormat(bytes: Uint8Array, file: string): void {
  if (bytes.length === 0) throw empty(file);
  const format = pictureFormat(bytes);
  if (format !== 'JPEG' && format !== 'PNG')
    throw new InputError(
      `${file} holds ${format ?? 'no picture known here'}, not JPEG, PNG or DICOM; ${remedy}`,
    );
  if (format === 'PNG' && isAnimatedPng(bytes))
    throw new InputError(`${file} is an animated PNG; save the wanted frame as a JPEG or PNG, or remove it`);
  if (colourOf(bytes) === 'cmyk')
    throw new InputError(`${file} has CMYK colours, made for printing; ${remedy}`);
}

const tooLarge = (file: string): InputError =>
  new InputError(`${file} has more than ${mostPixels / 1e6} million pixels; scale it down, or remove it`);

function unreadable(file: string, error: unknown): InputError {
  // libvips says the same once for each try, a line each.
  const lines = asError(error)
    .message.split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim());
  const reason = lines
    .filter((line, i) => !lines.slice(0, i).some((former) => former.includes(line)))
    .join(' ');
  if (/exceeds pixel limit/i.test(reason)) return tooLarge(file);
  if (/^timeout:/.test(reason))
    return new InputError(`${file} takes longer than ${mostSeconds} s to decode; ${remedy}`);
  return new InputError(`${file} is damaged or cut off (${reason}); fetch it again, or remove it`);
}

function open(bytes: Uint8Array, file: string): Sharp {
  checkFormat(bytes, file);
  return sharp(bytes, { failOn: 'warning', ignoreIcc: true, limitInputPixels: mostPixels }).timeout({
    seconds: mostSeconds,
  });
}

/**
 * What the bytes of a DICOM file say of its picture; undefined for other formats. `file` is only named in errors.
 * @throws InputError as readPixels, but for damage of the picture itself
 */
export function dicomHeader(bytes: Uint8Array, file: string): DicomHeader | undefined {
  if (pictureFormat(bytes) !== 'DICOM') return undefined;
  const header = readDicomHeader(bytes, file);
  if (header.width * header.height > mostPixels) throw tooLarge(file);
  return header;
}

/**
 * Sides of a JPEG or PNG after EXIF rotation, pixels, from its header: it is not decoded. `file` is only named in errors.
 * @throws InputError as readPixels, but for damage behind the header
 */
export async function pictureSize(
  bytes: Uint8Array,
  file: string,
): Promise<{ width: number; height: number }> {
  const { autoOrient } = await open(bytes, file)
    .metadata()
    .catch((error: unknown) => {
      throw unreadable(file, error);
    });
  return { width: autoOrient.width, height: autoOrient.height };
}

/** Refuses 12 bits in 16, say: the upper eight would be nearly black, and nobody would know why nothing is learnt. */
function checkBright(data: Uint8Array, file: string): void {
  if (isNearlyBlack(data))
    throw new InputError(
      `${file} has 16 bits a sample, but uses less than a sixteenth of their range; scale it to 0 … 65535, ${remedy}`,
    );
}

/**
 * Decodes the bytes of a JPEG, PNG or DICOM file as the file has them: grey to one channel, all else (and grey PNG of
 * other than 8 bits) to RGB; `file` is only named in errors.
 * @throws InputError as readPixels
 */
export async function decodeChannels(bytes: Uint8Array, file: string): Promise<Pixels> {
  const header = dicomHeader(bytes, file);
  if (header) return decodeDicom(header, file);
  const picture = open(bytes, file);
  try {
    const { data, info } = await picture
      .autoOrient()
      .toColourspace(colourOf(bytes) === 'grey' ? 'b-w' : 'srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (isDeepPng(bytes)) checkBright(data, file);
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(file, error);
  }
}

/**
 * Decodes the bytes of a JPEG, PNG or DICOM file to RGB; `file` is only named in errors.
 * @throws InputError as readPixels
 */
export const decodePixels = async (bytes: Uint8Array, file: string): Promise<Pixels> =>
  asRgb(await decodeChannels(bytes, file));

/**
 * Reads a JPEG, PNG or DICOM file as RGB, 0 to 255. The content decides the format, not the name.
 *
 * JPEG and PNG: turned as the EXIF orientation says, alpha dropped, colour profile ignored, of 16 bits the upper eight
 * (0 … 65535 to 0 … 255): byte for byte what OpenCV's `cv2.imread` followed by `cvtColor(COLOR_BGR2RGB)` gives.
 *
 * DICOM: stored values through the modality table or slope; then the file's table of brightness (VOI LUT), else its
 * first window, else from the 0.5th to the 99.5th percentile; MONOCHROME1 turned to white on black; padding black;
 * overlays left out. As pydicom's `apply_modality_lut` and `apply_voi_lut`, scaled to 8 bits. Uncompressed, deflated,
 * RLE, JPEG (baseline, extended, lossless), JPEG-LS and JPEG 2000.
 * @throws InputError naming the file, what is wrong with it (missing, a folder, empty, cut off, another format,
 * CMYK, animated or of several frames, 16 bits of which the upper are not used, more than 64 million pixels, more than
 * a minute to decode), and what to do
 */
export async function readPixels(file: string): Promise<Pixels> {
  return decodePixels(await readPictureFile(file), file);
}
