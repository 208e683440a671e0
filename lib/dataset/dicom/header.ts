import { InputError } from '../../core/check';
import { type DicomFile, type Element, type Elements, readDicomFile, textOf } from './elements';

/** A table that maps whole numbers from `first` on; numbers outside take its first or last entry (PS3.3, C.11). */
export interface Lookup {
  readonly first: number;
  readonly entries: readonly number[] | Uint16Array;
  /** Largest number that its entries can have. */
  readonly top: number;
}

/** What a DICOM file says of its picture. */
export interface DicomHeader {
  readonly transferSyntax: string;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour. */
  readonly samples: number;
  readonly photometric: string;
  readonly planar: boolean;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Stored values, from … to, that stand for no picture at all. */
  readonly padding?: readonly [number, number];
  /** From stored values to those of the machine. */
  readonly modality: Lookup | { readonly slope: number; readonly intercept: number };
  /** From the machine's values to brightness; undefined where the file does not say. */
  readonly voi?: Lookup | Window;
  /** Who was X-rayed; empty where unknown. */
  readonly patient: string;
  /** Projection, e.g. "PA"; empty where unknown. */
  readonly view: string;
  readonly native?: Uint8Array;
  readonly fragments?: readonly Uint8Array[];
  readonly littleEndian: boolean;
}

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

const tags = {
  patientId: 0x00100020,
  viewPosition: 0x00185101,
  samples: 0x00280002,
  photometric: 0x00280004,
  planar: 0x00280006,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  bitsAllocated: 0x00280100,
  bitsStored: 0x00280101,
  highBit: 0x00280102,
  signed: 0x00280103,
  padding: 0x00280120,
  paddingLimit: 0x00280121,
  center: 0x00281050,
  width: 0x00281051,
  intercept: 0x00281052,
  slope: 0x00281053,
  shape: 0x00281056,
  modalityLut: 0x00283000,
  lutDescriptor: 0x00283002,
  lutData: 0x00283006,
  voiLut: 0x00283010,
} as const;
type Name = keyof typeof tags;
const wanted = new Set<number>(Object.values(tags));

class Reader {
  constructor(
    readonly elements: Elements,
    readonly littleEndian: boolean,
  ) {}

  get(name: Name): Element | undefined {
    return this.elements.get(tags[name]);
  }

  text(name: Name): string {
    const element = this.get(name);
    return element ? textOf(element.bytes).split('\\')[0]!.trim() : '';
  }

  /** Written in characters; undefined where there is none. */
  decimal(name: Name): number | undefined {
    const text = this.text(name);
    return text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
  }

  /** The first words of a value, as many as there can be. */
  words(name: Name, most: number): number[] {
    const bytes = (this.get(name)?.bytes ?? new Uint8Array()).subarray(0, 2 * most);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length >> 1 }, (_, i) => view.getUint16(2 * i, this.littleEndian));
  }

  word(name: Name): number | undefined {
    return this.words(name, 1)[0];
  }

  /** The items of a sequence. */
  items(name: Name): Reader[] {
    return (this.get(name)?.items ?? []).map((item) => new Reader(item, this.littleEndian));
  }
}

const asSigned = (word: number): number => (word << 16) >> 16;

/** The first table of a sequence; undefined where it has none that can be used. */
function lookup(sequence: readonly Reader[], signed: boolean): Lookup | undefined {
  const table = sequence[0];
  const [count = 0, first = 0, bits = 0] = table?.words('lutDescriptor', 3) ?? [];
  const data = table?.get('lutData');
  const length = count || 65536;
  if (!table || !data || bits < 8 || bits > 16) return undefined;
  const entries = data.bytes.length < 2 * length ? Array.from(data.bytes) : table.words('lutData', length);
  if (entries.length < length) return undefined;
  const type = table.get('lutDescriptor')?.vr;
  return {
    first: (type ? type === 'SS' : signed) ? asSigned(first) : first,
    entries: entries.slice(0, length),
    top: 2 ** bits - 1,
  };
}

function windowOf(reader: Reader): Window | undefined {
  const [center, width] = [reader.decimal('center'), reader.decimal('width')];
  const shape = reader.text('shape') || 'LINEAR';
  if (center === undefined || width === undefined) return undefined;
  if (shape !== 'LINEAR' && shape !== 'LINEAR_EXACT' && shape !== 'SIGMOID') return undefined;
  return width >= 1 || (width > 0 && shape !== 'LINEAR') ? { center, width, shape } : undefined;
}

function paddingOf(reader: Reader, signed: boolean): DicomHeader['padding'] {
  const value = reader.word('padding');
  if (value === undefined) return undefined;
  const ends = [value, reader.word('paddingLimit') ?? value].map((word) => (signed ? asSigned(word) : word));
  return [Math.min(...ends), Math.max(...ends)];
}

function describe(read: DicomFile, fail: (what: string) => never): DicomHeader {
  const { transferSyntax, littleEndian, fragments } = read;
  const reader = new Reader(read.elements, littleEndian);
  if (!read.native && !fragments) fail('holds no picture (no pixel data)');
  const need = (name: Name): number => reader.word(name) ?? fail(`does not say its ${name}`);
  const [height, width] = [need('rows'), need('columns')];
  if (!width || !height) fail(`has ${width}×${height} pixels`);
  const frames = reader.decimal('frames') ?? 1;
  if (frames > 1) fail(`holds ${frames} frames, not one picture`);
  const [samples, bitsAllocated] = [reader.word('samples') ?? 1, need('bitsAllocated')];
  const photometric = reader.text('photometric');
  const bitsStored = reader.word('bitsStored') ?? bitsAllocated;
  const highBit = reader.word('highBit') ?? bitsStored - 1;
  const isGrey = samples === 1 && /^MONOCHROME[12]$/.test(photometric);
  const isColour = samples === 3 && /^(RGB|YBR_(FULL|FULL_422|ICT|RCT))$/.test(photometric);
  if (!isGrey && !isColour)
    fail(`has ${samples} samples a pixel of the kind ${photometric || '(none named)'}`);
  if (!(bitsAllocated === 8 || (bitsAllocated === 16 && isGrey))) fail(`has ${bitsAllocated} bits a sample`);
  if (bitsStored < 1 || highBit >= bitsAllocated || highBit + 1 < bitsStored)
    fail(`stores ${bitsStored} bits up to bit ${highBit} of ${bitsAllocated}`);
  const signed = reader.word('signed') === 1;
  // Two samples of a byte in a word of which the higher byte comes first.
  const areSwapped = !littleEndian && read.inWords && bitsAllocated === 8;
  const native = areSwapped
    ? new Uint8Array(Buffer.from(read.native!.subarray(0, read.native!.length & ~1)).swap16())
    : read.native;
  const [slope = 1, intercept = 0] = [reader.decimal('slope'), reader.decimal('intercept')];
  return {
    ...{ transferSyntax, littleEndian, width, height, samples, photometric, native, fragments },
    ...{ bitsAllocated, bitsStored, highBit, signed },
    planar: reader.word('planar') === 1,
    padding: paddingOf(reader, signed),
    modality: lookup(reader.items('modalityLut'), signed) ?? { slope, intercept },
    voi: lookup(reader.items('voiLut'), signed) ?? windowOf(reader),
    patient: reader.text('patientId'),
    view: reader.text('viewPosition'),
  };
}

/**
 * What a DICOM file says of its picture, and where the picture's bytes are; nothing is decompressed.
 * @throws InputError naming the file for damage, no picture, several frames, or pixels of a kind that is not read
 */
export function readDicomHeader(bytes: Uint8Array, file: string): DicomHeader {
  return describe(readDicomFile(bytes, wanted, file), (what) => {
    throw new InputError(`${file} is DICOM that ${what}; save it as a JPEG or PNG, or remove it`);
  });
}
