import { Context, NativeCodecs } from 'dcmjs-codecs';
import sharp, { type Sharp } from 'sharp';
import type { Random } from '../../lib/core/random';
import { syntaxes, type Written, writeDicom } from '../dataset/dicom/write-dicom';

const [width, height] = [48, 36];

/** Something smooth with grain, 0 to `top`, a value a sample. */
const values = (random: Random, top: number, channels = 1): number[] =>
  Array.from({ length: width * height * channels }, (_, i) => {
    const x = Math.floor(i / channels) % width;
    return Math.round((0.2 + 0.6 * Math.abs(Math.sin(x / 9 + i / 900)) + 0.2 * random.uniform()) * top);
  });

const eightBits = (random: Random, channels: 1 | 3 | 4): Sharp =>
  sharp(Uint8Array.from(values(random, 255, channels)), { raw: { width, height, channels } });

const sixteenBits = (random: Random, channels: 1 | 3): Sharp =>
  sharp(Uint16Array.from(values(random, 65535, channels)), {
    raw: { width, height, channels },
  }).toColourspace(channels === 1 ? 'grey16' : 'rgb16');

type Encoder = 'encodeRle' | 'encodeJpeg' | 'encodeJpegLs' | 'encodeJpeg2000';

/** A picture of 12 bits as one of DICOM's compressions has it. */
function compressed(random: Random, encoder: Encoder): Uint8Array {
  const context = new Context({
    ...{ width, height, bitsAllocated: 16, bitsStored: 12, samplesPerPixel: 1, pixelRepresentation: 0 },
    ...{ planarConfiguration: 0, photometricInterpretation: 'MONOCHROME2' },
    decodedBuffer: new Uint8Array(Uint16Array.from(values(random, 4095)).buffer),
  });
  return NativeCodecs[encoder](context, { lossy: false }).getEncodedBuffer()!;
}

/** Compressed pixels in two parts, each of an even length as DICOM wants it. */
function inParts(bytes: Uint8Array): Written {
  const middle = 2 * Math.floor(bytes.length / 4);
  return [0x7fe00010, 'OB', { parts: [bytes.subarray(0, middle), bytes.subarray(middle)] }];
}

/** Sides for a picture whose pixels are not given as values. */
const sides: readonly Written[] = [
  [0x00280010, 'US', [height]],
  [0x00280011, 'US', [width]],
];

const ofBytes: readonly Written[] = [
  [0x00280100, 'US', [8]],
  [0x00280101, 'US', [8]],
  [0x00280102, 'US', [7]],
];

const inColour: readonly Written[] = [...sides, ...ofBytes, [0x00280002, 'US', [3]], [0x00280006, 'US', [0]]];

/** Good pictures of every kind that is read, small; by a name that says what they are. */
export async function samplePictures(random: Random): Promise<ReadonlyMap<string, Buffer>> {
  await NativeCodecs.initializeAsync();
  const grey = () => eightBits(random, 1).toColourspace('b-w');
  const rgb = () => eightBits(random, 3);
  const pictures: [name: string, bytes: Buffer | Promise<Buffer>][] = [
    ['grey.jpg', grey().jpeg().toBuffer()],
    ['colour.jpg', rgb().jpeg().toBuffer()],
    ['colour-444.jpg', rgb().jpeg({ chromaSubsampling: '4:4:4', quality: 95 }).toBuffer()],
    ['progressive.jpg', rgb().jpeg({ progressive: true }).toBuffer()],
    ['progressive-grey.jpg', grey().jpeg({ progressive: true }).toBuffer()],
    ['turned.jpg', rgb().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['grey.png', grey().png().toBuffer()],
    ['colour.png', rgb().png().toBuffer()],
    ['alpha.png', eightBits(random, 4).png().toBuffer()],
    ['palette.png', rgb().png({ palette: true, colours: 16 }).toBuffer()],
    ['interlaced.png', rgb().png({ progressive: true }).toBuffer()],
    ['deep-grey.png', sixteenBits(random, 1).png().toBuffer()],
    ['deep-colour.png', sixteenBits(random, 3).png().toBuffer()],
    ['one-pixel.png', grey().resize(1, 1).png().toBuffer()],
  ];
  for (const [name, syntax] of Object.entries(syntaxes))
    pictures.push([`${name}.dcm`, writeDicom(values(random, 4095), width, [], syntax)]);
  const tables: Written[] = [
    [0x00281050, 'DS', '2000'],
    [0x00281051, 'DS', '3000'],
    [0x00281052, 'DS', '-1024'],
    [0x00281053, 'DS', '1.5'],
    [0x00280120, 'US', [0]],
  ];
  pictures.push(['window.dcm', writeDicom(values(random, 4095), width, tables)]);
  const bytes = (channels: number) => Uint8Array.from(values(random, 255, channels));
  const blank = new Array<number>(width * height).fill(0);
  pictures.push(['eight-bits.dcm', writeDicom(blank, width, [...ofBytes, [0x7fe00010, 'OB', bytes(1)]])]);
  pictures.push([
    'rgb.dcm',
    writeDicom(blank, width, [...inColour, [0x00280004, 'CS', 'RGB'], [0x7fe00010, 'OB', bytes(3)]]),
  ]);
  const encoders: [name: string, uid: string, encoder: Encoder][] = [
    ['rle', '1.2.840.10008.1.2.5', 'encodeRle'],
    ['jpeg-lossless', '1.2.840.10008.1.2.4.70', 'encodeJpeg'],
    ['jpeg-ls', '1.2.840.10008.1.2.4.80', 'encodeJpegLs'],
    ['jpeg-2000', '1.2.840.10008.1.2.4.90', 'encodeJpeg2000'],
  ];
  for (const [name, uid, encoder] of encoders)
    pictures.push([`${name}.dcm`, writeDicom(blank, width, [inParts(compressed(random, encoder))], uid)]);
  const baseline = '1.2.840.10008.1.2.4.50';
  pictures.push([
    'jpeg.dcm',
    writeDicom(blank, width, [...ofBytes, inParts(await grey().jpeg().toBuffer())], baseline),
  ]);
  pictures.push([
    'jpeg-colour.dcm',
    writeDicom(
      blank,
      width,
      [...inColour, [0x00280004, 'CS', 'YBR_FULL_422'], inParts(await rgb().jpeg().toBuffer())],
      baseline,
    ),
  ]);
  return new Map(await Promise.all(pictures.map(async ([name, made]) => [name, await made] as const)));
}
