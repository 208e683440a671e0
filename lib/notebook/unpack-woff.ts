import { inflateSync } from 'node:zlib';

/** Bytes of the header of a WOFF file, of an entry of its table directory, and the same of an OpenType file. */
const sizes = { header: 44, entry: 20, openHeader: 12, openEntry: 16 };

/**
 * A WOFF 1.0 font as the OpenType font that it holds (https://www.w3.org/TR/WOFF/), for programs that read no other.
 * @throws Error from zlib for a file that is damaged
 */
export function unpackWoff(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12);
  const power = 2 ** Math.floor(Math.log2(count));
  const head = Buffer.alloc(sizes.openHeader + sizes.openEntry * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(16 * power, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE(16 * (count - power), 10);
  const parts = [head];
  let place = head.length;
  for (let i = 0; i < count; i++) {
    const entry = woff.subarray(sizes.header + sizes.entry * i);
    const [start, packed, length, checksum] = [4, 8, 12, 16].map((at) => entry.readUInt32BE(at));
    const stored = woff.subarray(start!, start! + packed!);
    const table = packed! < length! ? inflateSync(stored) : stored;
    const at = sizes.openHeader + sizes.openEntry * i;
    entry.copy(head, at, 0, 4);
    [checksum!, place, length!].forEach((value, k) => {
      head.writeUInt32BE(value, at + 4 + 4 * k);
    });
    // Tables begin at multiples of four bytes.
    const padded = Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
    parts.push(padded);
    place += padded.length;
  }
  return Buffer.concat(parts);
}
