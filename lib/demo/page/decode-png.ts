import { InputError } from '../../core/check';
import { isNearlyBlack, mostPixels } from '../../dataset/picture-limits';
import type { Pixels } from '../../dataset/xray';

/*
 * PNG (ISO/IEC 15948), because a browser's own decoder hands out pixels through a canvas, which loses colours under
 * transparency and rounds 16 bits otherwise than the library does.
 */

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** Numbers a pixel; 1 for an index into the palette. */
  readonly samples: number;
  readonly hasPalette: boolean;
  readonly interlaced: boolean;
}

interface Chunks {
  readonly header: Header;
  /** RGB, three bytes an entry. */
  readonly palette?: Uint8Array;
  readonly compressed: Uint8Array<ArrayBuffer>[];
}

const damaged = (why: string) => new InputError(`it is damaged or cut off (${why})`);

/** Numbers a pixel by colour type. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function headerOf(view: DataView, at: number): Header {
  const [width, height] = [view.getUint32(at), view.getUint32(at + 4)];
  const [bits, type, interlace] = [at + 8, at + 9, at + 12].map((place) => view.getUint8(place));
  const samples = samplesOf[type!];
  if (!width || !height || !samples || ![1, 2, 4, 8, 16].includes(bits!))
    throw damaged('its header is wrong');
  if (width * height > mostPixels) throw new InputError('it has more than 64 million pixels; scale it down');
  return { width, height, bits: bits!, samples, hasPalette: type === 3, interlaced: interlace === 1 };
}

function chunksOf(bytes: Uint8Array<ArrayBuffer>): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  const compressed: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) throw damaged('it ends too early');
    if (type === 'IHDR' && length === 13) header = headerOf(view, at + 8);
    if (type === 'PLTE') palette = content;
    if (type === 'IDAT') compressed.push(content);
    if (type === 'IEND' && header && compressed.length) return { header, palette, compressed };
    at += 12 + length;
  }
  throw damaged('it ends too early');
}

async function inflate(parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  try {
    const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw damaged('its pixels cannot be decompressed');
  }
}

const paeth = (a: number, b: number, c: number): number => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

/** Undoes the filter of each row in place. @param step bytes from a pixel to the same byte of the next */
function unfilter(data: Uint8Array, rows: number, rowBytes: number, step: number): Uint8Array {
  for (let row = 0; row < rows; row++) {
    const start = row * (rowBytes + 1) + 1;
    const filter = data[start - 1]!;
    if (filter > 4) throw damaged('a row has an unknown filter');
    if (filter === 0) continue;
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= step ? data[start + i - step]! : 0;
      const above = row ? data[start + i - rowBytes - 1]! : 0;
      const corner = row && i >= step ? data[start + i - rowBytes - 1 - step]! : 0;
      const guess =
        filter === 1
          ? left
          : filter === 2
            ? above
            : filter === 3
              ? (left + above) >> 1
              : paeth(left, above, corner);
      data[start + i]! += guess;
    }
  }
  return data;
}

/** Where a pass of an interlaced picture starts and how far its pixels lie apart: x, y, right, down (Adam7). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Sample number `index` of a row as 8 bits; of 16 bits the upper half, of fewer the full range or the index itself. */
function sampleAt(data: Uint8Array, start: number, index: number, { bits, hasPalette }: Header): number {
  if (bits === 8) return data[start + index]!;
  if (bits === 16) return data[start + 2 * index]!;
  const perByte = 8 / bits;
  const most = (1 << bits) - 1;
  const byte = data[start + Math.floor(index / perByte)]!;
  const value = (byte >> (bits * (perByte - 1 - (index % perByte)))) & most;
  return hasPalette ? value : (value * 255) / most;
}

/**
 * Decodes a PNG as `readPixels` does: transparency dropped, colour profile ignored, 16 bits cut to 8.
 * @throws InputError saying what is wrong with it
 */
export async function decodePng(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  const { header, palette, compressed } = chunksOf(bytes);
  const { width, height, bits, samples, hasPalette, interlaced } = header;
  if (hasPalette && !palette) throw damaged('its palette is missing');
  const data = await inflate(compressed);
  const pixels = new Uint8Array(width * height * 3);
  const step = Math.max(1, (bits * samples) / 8);
  let offset = 0;
  for (const [x0, y0, right, down] of interlaced ? adam7 : [[0, 0, 1, 1] as const]) {
    const [columns, rows] = [Math.ceil((width - x0) / right), Math.ceil((height - y0) / down)];
    if (columns <= 0 || rows <= 0) continue;
    const rowBytes = Math.ceil((columns * bits * samples) / 8);
    const end = offset + rows * (rowBytes + 1);
    if (data.length < end) throw damaged('pixels are missing');
    const part = unfilter(data.subarray(offset, end), rows, rowBytes, step);
    offset = end;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const start = row * (rowBytes + 1) + 1;
        const at = ((y0 + row * down) * width + x0 + column * right) * 3;
        const first = sampleAt(part, start, column * samples, header);
        for (let c = 0; c < 3; c++)
          pixels[at + c] = hasPalette
            ? palette![first * 3 + c]!
            : samples < 3
              ? first
              : sampleAt(part, start, column * samples + c, header);
      }
  }
  if (bits === 16 && isNearlyBlack(pixels))
    throw new InputError(
      'it has 16 bits a sample, but uses less than a sixteenth of their range; scale it up',
    );
  return { width, height, data: pixels };
}
