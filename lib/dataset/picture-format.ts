const magic: readonly (readonly [name: string, offset: number, bytes: string])[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['WebP', 8, 'WEBP'],
  ['GIF', 0, 'GIF8'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['BMP', 0, 'BM'],
  ['DICOM', 128, 'DICM'],
  ['gzip (perhaps NIfTI)', 0, '\x1f\x8b'],
  ['JPEG 2000', 4, 'jP  '],
  ['HEIF or AVIF', 4, 'ftyp'],
  ['a Git LFS pointer', 0, 'version https://git-lfs'],
  ['HTML', 0, '<!DOCTYPE'],
  ['HTML', 0, '<html'],
];

/** What the first bytes say that a file holds ("JPEG", "PNG", "WebP" …), whatever its name; undefined if unknown. */
export function pictureFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 160)).toString('latin1');
  return magic.find(([, offset, text]) => start.startsWith(text, offset))?.[0];
}

/** Whether these bytes of a PNG file are an animation: a chunk acTL before the picture's data. */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
}
