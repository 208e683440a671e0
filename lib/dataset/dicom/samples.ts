import type { DicomHeader } from './header';

/** Uncompressed bytes, and how they are to be read. */
export interface Uncompressed extends Pick<DicomHeader, 'photometric' | 'planar' | 'littleEndian'> {
  readonly bytes: Uint8Array;
}

/** Bytes that the picture's pixels take uncompressed. */
export const nativeLength = ({
  width,
  height,
  samples,
  bitsAllocated,
  photometric,
  fragments,
}: DicomHeader): number =>
  // Of YBR_FULL_422, two pixels share their colours.
  (width * height * (photometric === 'YBR_FULL_422' && !fragments ? 2 : samples) * bitsAllocated) / 8;

/** Numbers that uncompressed bytes hold: the bits stored, with their sign. */
export function storedValues({ bytes, littleEndian }: Uncompressed, header: DicomHeader): Int32Array {
  const { width, height, bitsAllocated, bitsStored, highBit, signed } = header;
  const values = new Int32Array(width * height);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Shifted up to the sign of 32 bits, then down again: what lies above and below the stored bits falls off.
  const [up, down] = [31 - highBit, 32 - bitsStored];
  for (let i = 0; i < values.length; i++) {
    const word = (bitsAllocated === 8 ? bytes[i]! : view.getUint16(2 * i, littleEndian)) << up;
    values[i] = signed ? word >> down : word >>> down;
  }
  return values;
}

const toByte = (value: number): number => Math.min(Math.max(Math.round(value), 0), 255);

/** YCbCr to RGB, in place (PS3.3, C.7.6.3.1.2). */
function fromYbr(data: Uint8Array): Uint8Array {
  for (let i = 0; i < data.length; i += 3) {
    const [y, b, r] = [data[i]!, data[i + 1]! - 128, data[i + 2]! - 128];
    data[i] = toByte(y + 1.402 * r);
    data[i + 1] = toByte(y - 0.344136 * b - 0.714136 * r);
    data[i + 2] = toByte(y + 1.772 * b);
  }
  return data;
}

/** Uncompressed colour as RGB, pixel by pixel. */
export function rgbOf(
  { bytes, planar, photometric }: Uncompressed,
  { width, height, fragments }: DicomHeader,
): Uint8Array {
  const pixels = width * height;
  const data = new Uint8Array(3 * pixels);
  if (photometric === 'YBR_FULL_422' && !fragments)
    for (let i = 0; i < pixels; i++) {
      const pair = 4 * (i >> 1);
      data.set([bytes[pair + (i & 1)]!, bytes[pair + 2]!, bytes[pair + 3]!], 3 * i);
    }
  else if (planar)
    for (let i = 0; i < data.length; i++) data[i] = bytes[(i % 3) * pixels + Math.floor(i / 3)]!;
  else data.set(bytes.subarray(0, data.length));
  return photometric.startsWith('YBR_FULL') ? fromYbr(data) : data;
}
