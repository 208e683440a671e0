import { deflateRawSync } from 'node:zlib';

const longTypes = ['OB', 'OW', 'SQ', 'UN', 'UT'];

/** Transfer syntaxes of pictures that are not compressed. */
export const syntaxes = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
  big: '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
} as const;

/** One element: `[tag, type, value]`; numbers are words of two bytes, parts are those of a compressed picture. */
export type Written = readonly [
  tag: number,
  vr: string,
  value: string | readonly number[] | Uint8Array | { readonly parts: readonly Uint8Array[] },
];

function words(values: readonly number[], syntax: string): Buffer {
  const bytes = Buffer.from(Uint16Array.from(values).buffer);
  return syntax === syntaxes.big ? bytes.swap16() : bytes;
}

/** A tag and a length of four bytes, as items have them. */
function itemHead(tag: number, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.writeUInt32LE(length, 4);
  return head;
}

const inItems = (parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([
    // The table of offsets, empty.
    itemHead(0xfffee000, 0),
    ...parts.flatMap((part) => {
      const even = Buffer.concat([part, Buffer.alloc(part.length % 2)]);
      return [itemHead(0xfffee000, even.length), even];
    }),
    itemHead(0xfffee0dd, 0),
  ]);

function bytesOf(value: Written[2], syntax: string): Buffer {
  if (typeof value === 'string') return Buffer.from(value.length % 2 ? `${value} ` : value, 'latin1');
  if (value instanceof Uint8Array) return Buffer.from(value);
  return 'parts' in value ? inItems(value.parts) : words(value, syntax);
}

function element([tag, vr, value]: Written, syntax: string): Buffer {
  const bytes = bytesOf(value, syntax);
  const [implicit, big] = [syntax === syntaxes.implicit, syntax === syntaxes.big];
  const long = longTypes.includes(vr);
  const head = Buffer.alloc(long && !implicit ? 12 : 8);
  const isOpen = typeof value === 'object' && 'parts' in value;
  const length = isOpen ? 0xffffffff : bytes.length;
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  if (big) head.subarray(0, 4).swap16();
  if (implicit) head.writeUInt32LE(length, 4);
  else {
    head.write(vr, 4, 'latin1');
    if (long) head[big ? 'writeUInt32BE' : 'writeUInt32LE'](length, 8);
    else head[big ? 'writeUInt16BE' : 'writeUInt16LE'](length, 6);
  }
  return Buffer.concat([head, bytes]);
}

/**
 * The bytes of a small DICOM file of 12-bit grey values, row by row; elements given replace those of the same tag.
 * @param syntax UID of the transfer syntax. Default: explicit little endian
 */
export function writeDicom(
  values: readonly number[],
  width: number,
  others: readonly Written[] = [],
  syntax: string = syntaxes.explicit,
): Buffer {
  const own: Written[] = [
    [0x00100010, 'PN', 'Doe^Jane'],
    [0x00100020, 'LO', 'MRN 4711'],
    [0x00185101, 'CS', 'PA'],
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', [values.length / width]],
    [0x00280011, 'US', [width]],
    [0x00280100, 'US', [16]],
    [0x00280101, 'US', [12]],
    [0x00280102, 'US', [11]],
    [0x00280103, 'US', [0]],
    [0x7fe00010, 'OW', values],
  ];
  const given = new Map([...own, ...others].map((written) => [written[0], written]));
  const sorted = [...given.values()].sort(([a], [b]) => a - b);
  const uid = syntax.length % 2 ? `${syntax}\0` : syntax;
  const body = Buffer.concat(sorted.map((written) => element(written, syntax)));
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element([0x00020010, 'UI', uid], syntaxes.explicit),
    syntax === syntaxes.deflated ? deflateRawSync(body) : body,
  ]);
}
