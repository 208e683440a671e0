const magic: readonly (readonly [name: string, offset: number, bytes: string])[] = [
  // First: what is before its mark is anybody's, and some write the start of a TIFF there.
  ['DICOM', 128, 'DICM'],
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['WebP', 8, 'WEBP'],
  ['GIF', 0, 'GIF8'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['BMP', 0, 'BM'],
  ['gzip (perhaps NIfTI)', 0, '\x1f\x8b'],
  ['JPEG 2000', 4, 'jP  '],
  ['HEIF or AVIF', 4, 'ftyp'],
  ['a Git LFS pointer', 0, 'version https://git-lfs'],
  ['HTML', 0, '<!DOCTYPE'],
  ['HTML', 0, '<html'],
];

/** What the first bytes say that a file holds ("JPEG", "PNG", "WebP" …), whatever its name; undefined if unknown. */
export function pictureFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 160));
  return magic.find(([, offset, text]) => start.startsWith(text, offset))?.[0];
}

/** What a compressed picture says of its size. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  /** Colour components: 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
}

/** The frame header of a JPEG or JPEG-LS; undefined where it is damaged. */
export function jpegFrame(bytes: Uint8Array): JpegFrame | undefined {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!;
    // Frame headers, but for the tables and the extension that are numbered among them; the last is JPEG-LS's.
    if ((marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7)
      return {
        height: (bytes[at + 5]! << 8) + bytes[at + 6]!,
        width: (bytes[at + 7]! << 8) + bytes[at + 8]!,
        components: bytes[at + 9]!,
      };
    // Before a marker there may be any number of these.
    at += marker === 0xff ? 1 : 2 + (bytes[at + 2]! << 8) + bytes[at + 3]!;
  }
  return undefined;
}

/** What the header of a JPEG or PNG says of its colours: 8-bit grey, CMYK, or else something that becomes RGB. */
export function colourOf(bytes: Uint8Array): 'grey' | 'cmyk' | 'rgb' {
  if (pictureFormat(bytes) === 'PNG') return bytes[24] === 8 && bytes[25] === 0 ? 'grey' : 'rgb';
  const components = jpegFrame(bytes)?.components;
  return components === 1 ? 'grey' : components === 4 ? 'cmyk' : 'rgb';
}

/** Whether the header of a PNG file says 16 bits a sample. */
export const isDeepPng = (bytes: Uint8Array): boolean => pictureFormat(bytes) === 'PNG' && bytes[24] === 16;

/** Chunks looked at before a PNG's picture; there are a dozen, and no decoder takes more than so many. */
const mostChunks = 1000;

/** Whether these bytes of a PNG file are an animation: a chunk acTL before the picture's data. */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8, i = 0; at + 8 <= bytes.length && i < mostChunks; at += 12 + view.getUint32(at), i++) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
}
