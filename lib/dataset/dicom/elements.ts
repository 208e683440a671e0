import { inflateRawSync } from 'node:zlib';
import { asError, InputError } from '../../core/check';

/** The value of an element, and its type where the file says it. */
export interface Element {
  readonly vr?: string;
  readonly bytes: Uint8Array;
  /** Of a sequence: its first items. */
  readonly items?: readonly Elements[];
}

/** Elements by tag, e.g. 0x00280010. */
export type Elements = ReadonlyMap<number, Element>;

/** What is read of a DICOM file: the elements asked for, and the pixels as they are stored. */
export interface DicomFile {
  readonly transferSyntax: string;
  readonly littleEndian: boolean;
  readonly elements: Elements;
  /** Of an uncompressed picture. */
  readonly native?: Uint8Array;
  /** Whether it is stored in words of two bytes, whatever a sample has. */
  readonly inWords?: boolean;
  /** Of a compressed picture: its parts, without the table of offsets before them. */
  readonly fragments?: readonly Uint8Array[];
}

/** Most bytes that a deflated file may become: 64 million pixels in RGB, and a header. */
const limitInflated = 256_000_000;
const deepest = 16;
/** Most parts of one compressed picture, and most items that are kept of a sequence: each costs more than its bytes. */
const mostFragments = 100_000;
const mostItems = 16;
const undefinedLength = 0xffffffff;
const [item, itemEnd, sequenceEnd, pixelData] = [0xfffee000, 0xfffee00d, 0xfffee0dd, 0x7fe00010];
/** Types whose length has four bytes, after two that are reserved. */
const longTypes = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

interface Encoding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

interface Start {
  readonly tag: number;
  readonly vr?: string;
  /** Where its value begins. */
  readonly at: number;
  readonly length: number;
}

class Damage extends Error {}

export const damagedDicom = (file: string, reason: string): InputError =>
  new InputError(`${file} is damaged or cut off (DICOM: ${reason}); fetch it again, or remove it`);

/**
 * A walk over elements. Reading behind the end throws a RangeError. Every step takes eight bytes or more, so that more
 * steps than that are taken only where elements lie within each other, which could go on for hours.
 */
class Walk {
  readonly #view: DataView;
  #stepsLeft: number;

  constructor(
    readonly bytes: Uint8Array,
    readonly wanted: ReadonlySet<number>,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#stepsLeft = bytes.length / 8;
  }

  start(at: number, { explicit, littleEndian }: Encoding): Start {
    if (--this.#stepsLeft < 0) throw new Damage('elements that lie within each other');
    const group = this.#view.getUint16(at, littleEndian);
    const tag = group * 0x10000 + this.#view.getUint16(at + 2, littleEndian);
    if (!explicit || group === 0xfffe)
      return { tag, at: at + 8, length: this.#view.getUint32(at + 4, littleEndian) };
    const vr = String.fromCharCode(this.#view.getUint8(at + 4), this.#view.getUint8(at + 5));
    if (!/^[A-Z]{2}$/.test(vr)) throw new Damage(`an element of the unknown type ${JSON.stringify(vr)}`);
    return longTypes.has(vr)
      ? { tag, vr, at: at + 12, length: this.#view.getUint32(at + 8, littleEndian) }
      : { tag, vr, at: at + 8, length: this.#view.getUint16(at + 6, littleEndian) };
  }

  value({ at, length }: Start): Uint8Array {
    if (at + length > this.bytes.length) throw new RangeError();
    return this.bytes.subarray(at, at + length);
  }

  /** A sequence's first items and where it ends. */
  sequence(start: Start, encoding: Encoding, depth: number): { items: Elements[]; end: number } {
    if (depth > deepest) throw new Damage('sequences within sequences without end');
    // A sequence whose type the writer did not know is written without types (PS3.5, 6.2.2).
    const inner = start.vr === 'UN' ? { explicit: false, littleEndian: true } : encoding;
    const open = start.length === undefinedLength;
    const end = open ? this.bytes.length : start.at + this.value(start).length;
    const items: Elements[] = [];
    let at = start.at;
    while (at < end) {
      const next = this.start(at, inner);
      if (next.tag === sequenceEnd) return { items, end: next.at };
      if (next.tag !== item) throw new Damage('a sequence that holds something else than items');
      const limit = next.length === undefinedLength ? end : next.at + this.value(next).length;
      const { elements, end: after } = this.elements(next.at, limit, inner, depth + 1);
      if (items.length < mostItems) items.push(elements);
      at = after;
    }
    if (open) throw new RangeError();
    return { items, end: at };
  }

  /** The elements wanted from `at` on, up to the pixels, the end of an item or `end`; and where the walk stopped. */
  elements(at: number, end: number, encoding: Encoding, depth = 0) {
    const elements = new Map<number, Element>();
    let next = at;
    while (next < end) {
      const start = this.start(next, encoding);
      if (start.tag === itemEnd && depth > 0) return { elements, end: start.at };
      if (start.tag === pixelData && depth === 0) return { elements, end: next, pixels: start };
      if (start.vr === 'SQ' || start.length === undefinedLength) {
        const { items, end: after } = this.sequence(start, encoding, depth + 1);
        if (this.wanted.has(start.tag))
          elements.set(start.tag, { vr: start.vr, bytes: new Uint8Array(), items });
        next = after;
        continue;
      }
      const bytes = this.value(start);
      if (this.wanted.has(start.tag))
        // Written without types, what is a sequence cannot be told from its tag here.
        elements.set(start.tag, {
          vr: start.vr,
          bytes,
          ...(!encoding.explicit && this.#isItem(start) && this.sequence(start, encoding, depth + 1)),
        });
      next = start.at + bytes.length;
    }
    return { elements, end: next };
  }

  #isItem({ at, length }: Start): boolean {
    return length >= 8 && this.#view.getUint32(at, true) === 0xe000fffe;
  }

  fragments({ at }: Start): Uint8Array[] {
    const parts: Uint8Array[] = [];
    const encoding = { explicit: true, littleEndian: true };
    for (let next = this.start(at, encoding); next.tag !== sequenceEnd; ) {
      if (next.tag !== item) throw new Damage('compressed pixels that are not in items');
      const bytes = this.value(next);
      if (parts.push(bytes) > mostFragments) throw new Damage(`more than ${mostFragments} compressed parts`);
      next = this.start(next.at + bytes.length, encoding);
    }
    return parts.slice(1);
  }
}

/** The transfer syntax, and where the elements after the file's own description begin. */
function readMeta(bytes: Uint8Array): { transferSyntax: string; at: number } {
  const encoding = { explicit: true, littleEndian: true };
  const walk = new Walk(bytes, new Set());
  let transferSyntax = '';
  let at = 132;
  let end = bytes.length;
  // All of its elements are of group 2; how long they are together, the first says in most files.
  while (at < end && bytes[at] === 2 && bytes[at + 1] === 0) {
    const start = walk.start(at, encoding);
    const value = walk.value(start);
    at = start.at + value.length;
    if (start.tag === 0x00020000) end = at + Buffer.from(value).readUInt32LE();
    else if (start.tag === 0x00020010) transferSyntax = textOf(value);
  }
  return { transferSyntax, at };
}

/** The most characters of a value that are read: what is asked for here has 64, a window's numbers a few more. */
const mostCharacters = 1024;

/** A value of characters, without the spaces or zero that fill it up. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.subarray(0, mostCharacters)).toString('latin1').replaceAll('\0', '').trim();

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: limitInflated });
  } catch (error) {
    throw new Damage(asError(error).message);
  }
}

const syntaxes = { implicit: '1.2.840.10008.1.2', bigEndian: '1.2.840.10008.1.2.2' } as const;
const deflated = '1.2.840.10008.1.2.1.99';

/**
 * Reads a DICOM file (PS3.10, with its preamble) as far as asked for: names, dates and all else that is not wanted is
 * passed over, and never held. Lengths are checked against the bytes there are.
 * @param wanted tags of the elements, also within wanted sequences; all before the pixels
 * @throws InputError naming the file if its structure is damaged, or it is cut off
 */
export function readDicomFile(bytes: Uint8Array, wanted: ReadonlySet<number>, file: string): DicomFile {
  try {
    const { transferSyntax, at } = readMeta(bytes);
    const littleEndian = transferSyntax !== syntaxes.bigEndian;
    const encoding = { explicit: transferSyntax !== syntaxes.implicit, littleEndian };
    const body = transferSyntax === deflated ? inflate(bytes.subarray(at)) : bytes.subarray(at);
    const walk = new Walk(body, wanted);
    const { elements, pixels } = walk.elements(0, body.length, encoding);
    const stored =
      pixels && pixels.length === undefinedLength
        ? { fragments: walk.fragments(pixels) }
        : pixels && { native: walk.value(pixels), inWords: pixels.vr === 'OW' };
    return { transferSyntax, littleEndian, elements, ...stored };
  } catch (error) {
    const reason = error instanceof RangeError ? 'it ends too early' : asError(error).message;
    if (error instanceof RangeError || error instanceof Damage) throw damagedDicom(file, reason);
    throw error;
  }
}
