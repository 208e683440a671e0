const longTypes = ['OB', 'OW', 'SQ', 'UN'];

/** One element in explicit little endian: `[tag, type, value]`; numbers are words of two bytes. */
export type Written = readonly [tag: number, vr: string, value: string | readonly number[] | Uint8Array];

function element([tag, vr, value]: Written): Buffer {
  const bytes =
    typeof value === 'string'
      ? Buffer.from(value.length % 2 ? `${value} ` : value, 'latin1')
      : value instanceof Uint8Array
        ? Buffer.from(value)
        : Buffer.from(Uint16Array.from(value).buffer);
  const head = Buffer.alloc(longTypes.includes(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (head.length === 12) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

/** The bytes of a small DICOM file of 12-bit grey values, row by row; elements given replace those of the same tag. */
export function writeDicom(
  values: readonly number[],
  width: number,
  others: readonly Written[] = [],
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
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element([0x00020010, 'UI', '1.2.840.10008.1.2.1\0']),
    ...sorted.map(element),
  ]);
}
