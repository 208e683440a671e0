import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { seededRandom } from '../../lib/core/random';
import { syntaxes, type Written, writeDicom } from '../dataset/dicom/write-dicom';
import { chunk, png } from '../dataset/write-png';
import { samplePictures } from './sample-pictures';

/** A file that something is wrong with, or seems to be. */
export interface BrokenPicture {
  readonly name: string;
  /** Its bytes, or what makes it at a place. */
  readonly content: Uint8Array | ((file: string) => void);
  /** What is said of it; or the sides of the picture that it is. */
  readonly answer: RegExp | readonly [width: number, height: number];
}

const changed = (bytes: Buffer, offset: number, hex: string): Buffer => {
  const copy = Buffer.from(bytes);
  copy.set(Buffer.from(hex, 'hex'), offset);
  return copy;
};

/** Where the header of a JPEG's frame has height and width. */
const frameSides = (bytes: Buffer): number =>
  Math.max(bytes.indexOf(Buffer.from('ffc0', 'hex')), bytes.indexOf(Buffer.from('ffc2', 'hex'))) + 5;

/** A long element of any type before the pixels. */
const longElement = (tag: number, bytes: Uint8Array): Written => [tag, 'OB', bytes];

const words = (...given: number[]): Buffer => Buffer.from(Uint16Array.from(given).buffer);
const repeated = (bytes: Buffer, times: number): Buffer => Buffer.alloc(bytes.length * times, bytes);

/** A sequence of so many items without anything in them. */
const emptyItems = (count: number): Written => [
  0x00283010,
  'SQ',
  repeated(Buffer.from('feff00e000000000', 'hex'), count),
];

/** Sequences within sequences, each open at its end. */
const deepSequences = (depth: number): Buffer =>
  Buffer.concat([
    repeated(Buffer.from('28001030' + '53510000ffffffff' + 'feff00e0ffffffff', 'hex'), depth),
    Buffer.alloc(64),
  ]);

const values = Array.from({ length: 48 * 36 }, (_, i) => i % 4096);
const ofDicom = (...others: Written[]): Buffer => writeDicom(values, 48, others);

/** A DICOM file in which bytes stand before the pixels. */
function withBytes(bytes: Buffer): Buffer {
  const whole = ofDicom();
  const pixels = whole.indexOf(Buffer.from('e07f1000', 'hex'));
  return Buffer.concat([whole.subarray(0, pixels), bytes, whole.subarray(pixels)]);
}

function link(to: string): (file: string) => void {
  return (file) => symlinkSync(to, file);
}

/** Scans of a progressive JPEG over and over: each costs a look at every block of the picture. */
async function manyScans(side: number, times: number): Promise<Buffer> {
  const flat = sharp({ create: { width: side, height: side, channels: 3, background: '#888' } });
  const bytes = await flat.toColourspace('b-w').jpeg({ progressive: true }).toBuffer();
  const last = bytes.lastIndexOf(Buffer.from('ffda', 'hex'));
  const scan = bytes.subarray(last, bytes.length - 2);
  return Buffer.concat([bytes.subarray(0, last), repeated(Buffer.from(scan), times), bytes.subarray(-2)]);
}

const cut = /is damaged or cut off/;

/** Known faults and oddities, each with the one answer that it has. */
export async function brokenPictures(): Promise<BrokenPicture[]> {
  const samples = await samplePictures(seededRandom('broken pictures'));
  const sample = (name: string) => samples.get(name)!;
  const [jpeg, plain, deep] = [sample('colour.jpg'), sample('colour.png'), sample('deep-grey.png')];
  const frames = { create: { width: 8, height: 8, channels: 3, background: '#808080' } } as const;
  const animated = sharp(Buffer.concat([Buffer.alloc(8 * 8 * 3, 0), Buffer.alloc(8 * 8 * 3, 255)]), {
    raw: { width: 8, height: 16, channels: 3, pageHeight: 8 },
  });
  const deflatedBomb = Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(100_000_000))]);
  const j2k = sample('jpeg-2000.dcm');
  const components = j2k.indexOf(Buffer.from('ff4fff51', 'hex')) + 40;
  const tooLarge = /has more than 64 million pixels; scale it down/;
  const found: [string, BrokenPicture['content'], BrokenPicture['answer']][] = [
    ['zero-bytes.png', Buffer.alloc(0), /is empty \(0 bytes\)/],
    ['cut.jpg', jpeg.subarray(0, jpeg.length >> 1), cut],
    ['cut.png', plain.subarray(0, plain.length >> 1), cut],
    ['cut.dcm', ofDicom().subarray(0, 1500), cut],
    ['wrong-checksum.png', changed(plain, plain.length - 20, '00ff00ff'), cut],
    ['no-size.png', png(0, 0), cut],
    ['no-size.jpg', changed(jpeg, frameSides(jpeg), '00000000'), cut],
    ['no-size.dcm', ofDicom([0x00280010, 'US', [0]]), /has 48×0 pixels/],
    ['20000-by-20000.png', png(20_000, 20_000, undefined, 1), tooLarge],
    ['claims-65500-by-65500.jpg', changed(jpeg, frameSides(jpeg), 'ffdcffdc'), tooLarge],
    [
      'claims-65500-by-65500.dcm',
      ofDicom([0x00280010, 'US', [65_500]], [0x00280011, 'US', [65_500]]),
      tooLarge,
    ],
    ['claims-7000-by-9000.jpg', changed(jpeg, frameSides(jpeg), '1b582328'), cut],
    ['one-pixel.png', png(1, 1), [1, 1]],
    ['wide.png', png(60_000, 1), [60_000, 1]],
    ['animated.png', png(4, 4, chunk('acTL', Buffer.alloc(8))), /is an animated PNG; save the wanted/],
    ['animated-webp.png', await animated.clone().webp().toBuffer(), /holds WebP, not JPEG, PNG or DICOM/],
    ['animated-gif.png', await animated.clone().gif().toBuffer(), /holds GIF, not/],
    ['tiff.png', await sharp(frames).tiff().toBuffer(), /holds TIFF, not/],
    ['avif.png', await sharp(frames).avif().toBuffer(), /holds HEIF or AVIF, not/],
    [
      'svg.png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /holds no picture/,
    ],
    ['page.jpg', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), /holds HTML, not/],
    ['cmyk.jpg', await sharp(frames).toColourspace('cmyk').jpeg().toBuffer(), /has CMYK colours/],
    ['turned.jpg', sample('turned.jpg'), [36, 48]],
    ['png-named.jpg', plain, [48, 36]],
    ['jpeg-named.png', jpeg, [48, 36]],
    ['dicom-named.png', ofDicom(), [48, 36]],
    ['trailing.jpg', Buffer.concat([jpeg, Buffer.from('<script>alert(1)</script>')]), [48, 36]],
    [
      'twelve-bits.png',
      await sharp(Uint16Array.from(values), { raw: { width: 48, height: 36, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer(),
      /less than a sixteenth/,
    ],
    ['many-chunks.png', png(4, 4, repeated(chunk('tEXt', Buffer.from('a\0b')), 100_000)), [4, 4]],
    ['text-bomb.png', png(4, 4, chunk('zTXt', deflatedBomb)), [4, 4]],
    ['profile-bomb.png', png(4, 4, chunk('iCCP', deflatedBomb)), [4, 4]],
    ['many-scans.jpg', await manyScans(4000, 2000), cut],
    ['bits-missing.png', deep.subarray(0, -20), cut],
    [
      'deflated-bomb.dcm',
      Buffer.concat([
        writeDicom(values, 48, [], syntaxes.deflated).subarray(0, 170),
        deflateRawSync(Buffer.alloc(300_000_000)),
      ]),
      cut,
    ],
    ['length-beyond-the-end.dcm', changed(ofDicom(), ofDicom().indexOf('OW') + 4, 'f0ffffff'), cut],
    ['endless-sequences.dcm', withBytes(deepSequences(1000)), cut],
    ['a-million-items.dcm', ofDicom(emptyItems(1_000_000)), [48, 36]],
    [
      'a-million-parts.dcm',
      writeDicom(
        values,
        48,
        [[0x7fe00010, 'OB', { parts: Array<Uint8Array>(1_000_000).fill(new Uint8Array(0)) }]],
        '1.2.840.10008.1.2.5',
      ),
      /more than 100000 compressed parts/,
    ],
    [
      'rows-of-100-megabytes.dcm',
      ofDicom(longElement(0x00280010, repeated(words(36, 0), 25_000_000))),
      [48, 36],
    ],
    [
      'patient-of-100-megabytes.dcm',
      ofDicom(longElement(0x00100020, Buffer.alloc(100_000_000, 65))),
      [48, 36],
    ],
    [
      'a-table-of-100-megabytes.dcm',
      withBytes(
        Buffer.concat([
          Buffer.from('280010305351000014e1f505', 'hex'),
          Buffer.from('feff00e00ce1f505', 'hex'),
          Buffer.from('280002304f42000000e1f505', 'hex'),
          Buffer.alloc(100_000_000),
        ]),
      ),
      [48, 36],
    ],
    [
      '16384-components.dcm',
      changed(j2k, components, '4000'),
      /its header says 1 samples a pixel, its picture 16384/,
    ],
    ['frames.dcm', ofDicom([0x00280008, 'IS', '7']), /holds 7 frames/],
    ['no-pixels.dcm', ofDicom().subarray(0, -3468), /holds no picture/],
    ['a-folder.png', (file) => mkdirSync(file), /is a folder; name a picture file in it/],
    ['a-link.png', link('/etc/passwd'), /holds no picture known here/],
    ['a-link-to-nothing.png', link('/nowhere/at/all'), /does not exist/],
    ['a-link-to-itself.png', link('a-link-to-itself.png'), /cannot be opened \(ELOOP\)/],
    ['a-device.png', link('/dev/zero'), /is a pipe or device/],
    ['a-pipe.png', (file) => execFileSync('mkfifo', [file]), /is a pipe or device/],
    ['line\nbreak.png', plain, /has control characters in its name/],
    ['\x1b[31mred.png', plain, /has control characters in its name/],
    ['-rf.png', plain, [48, 36]],
    ['"quotes" & <b>\'s.png', plain, [48, 36]],
    ['\u202egnp.right-to-left.png', plain, [48, 36]],
  ];
  return found.map(([name, content, answer]) => ({ name, content, answer }));
}

/** Writes them all into a folder. */
export function writeBroken(folder: string, pictures: readonly BrokenPicture[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of pictures) {
    const file = path.join(folder, name);
    if (content instanceof Uint8Array) writeFileSync(file, content);
    else content(file);
  }
}
