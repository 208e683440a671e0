import { crc32 } from 'node:zlib';
import type { Random } from '../../lib/core/random';

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const at = (bytes: Buffer, random: Random): number => random.integer(Math.max(1, bytes.length));

/** Two places, the first before the second, not far from each other. */
function span(bytes: Buffer, random: Random, most = 64): [from: number, to: number] {
  const from = at(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + random.integer(most))];
}

function overwrite(bytes: Buffer, offset: number, written: readonly number[]): Buffer {
  const changed = Buffer.from(bytes);
  written.forEach((byte, i) => {
    if (offset + i < changed.length) changed[offset + i] = byte;
  });
  return changed;
}

const insert = (bytes: Buffer, offset: number, inserted: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, offset), inserted, bytes.subarray(offset)]);

/** Numbers that lengths, sides and counts go wrong at. */
const numbers = [
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0xff, 0xff, 0, 0],
  [0, 0, 0xff, 0xff],
  [0xfe, 0xff, 0xff, 0xff],
  [0, 1, 0, 0],
];

/** What begins or ends something in one of the formats. */
const marks = [
  ...['ffd8', 'ffd9', 'ffda', 'ffc0', 'ffc2', 'ffc4', 'ffdb', 'ffdd0004ffff', 'ffe1ffff', 'ff00', 'ffff'],
  ...['49484452', '49444154', '49454e44', '504c5445', '6163544c', '69434350', '7a545874', '89504e470d0a1a0a'],
  ...['feff00e0ffffffff', 'feff0de000000000', 'feffdde000000000', 'e07f1000', '28001000', '53510000ffffffff'],
].map((hex) => Buffer.from(hex, 'hex'));

/** A PNG whose checksums are right, whatever its chunks hold now: else no decoder looks any further. */
function withChecksums(bytes: Buffer): Buffer {
  const whole = Buffer.from(bytes);
  for (let start = 8; start + 12 <= whole.length; ) {
    const end = start + 8 + whole.readUInt32BE(start);
    if (end + 4 > whole.length) break;
    whole.writeUInt32BE(crc32(whole.subarray(start + 4, end)), end);
    start = end + 4;
  }
  return whole;
}

/** Each takes a file's bytes and gives others. */
const mutations: Readonly<Record<string, Mutation>> = {
  'bits flipped': (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let i = 1 + random.integer(8); i > 0; i--) changed[at(changed, random)]! ^= 1 << random.integer(8);
    return changed;
  },
  'cut off': (bytes, random) => bytes.subarray(0, at(bytes, random)),
  'a hole': (bytes, random) => {
    const [from, to] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'blocks swapped': (bytes, random) => {
    const places = [at(bytes, random), at(bytes, random), at(bytes, random)].sort((a, b) => a - b);
    const [a, b, c] = places as [number, number, number];
    const parts = [bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c)];
    return Buffer.concat(parts);
  },
  'a block repeated': (bytes, random) => {
    const [from, to] = span(bytes, random, 256);
    const times = 1 + random.integer(20);
    return insert(bytes, to, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(from, to))));
  },
  'another length': (bytes, random) => {
    const number = numbers[random.integer(numbers.length)]!;
    // Headers, where the lengths are, are at the beginning.
    const offset = random.integer(2) ? at(bytes, random) : random.integer(Math.min(bytes.length, 300));
    return overwrite(bytes, offset, number.slice(0, 1 << random.integer(3)));
  },
  'a mark put in': (bytes, random) => insert(bytes, at(bytes, random), marks[random.integer(marks.length)]!),
  'a mark written over': (bytes, random) =>
    overwrite(bytes, at(bytes, random), [...marks[random.integer(marks.length)]!]),
  'zeros written over': (bytes, random) => {
    const [from, to] = span(bytes, random, 512);
    return overwrite(bytes, from, new Array<number>(to - from).fill(0));
  },
  'the end of another file': (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random))]),
};

/** One to three changes of a file's bytes. @param other another file's, parts of which may be taken */
export function mutate(bytes: Buffer, random: Random, other: Buffer): { bytes: Buffer; how: string } {
  const names = Object.keys(mutations);
  const chosen = Array.from({ length: 1 + random.integer(3) }, () => names[random.integer(names.length)]!);
  const changed = chosen.reduce((so, name) => mutations[name]!(so, random, other), bytes);
  const isChecked = changed.subarray(1, 4).equals(Buffer.from('PNG')) && random.integer(2) === 1;
  return {
    bytes: isChecked ? withChecksums(changed) : changed,
    how: [...chosen, ...(isChecked ? ['checksums made right'] : [])].join(', '),
  };
}
