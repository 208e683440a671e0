import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { inspectPicture } from '../../lib/dataset/inspect-picture';
import { readPixels } from '../../lib/dataset/read-pixels';
import { fixtures, greyPng, temporaryFolder, writeFiles } from './sample-pictures';
import { chunk, png } from './write-png';

/** A PNG of one row of 16-bit grey values. */
function deepGrey(values: readonly number[]): Promise<Buffer> {
  const raw = { width: values.length, height: 1, channels: 1 } as const;
  return sharp(Uint16Array.from(values), { raw }).toColourspace('grey16').png().toBuffer();
}

const jpeg = readFileSync(path.join(fixtures, 'colour.jpg'));

type Content = Uint8Array | string;
const cases: [what: string, name: string, content: () => Content | Promise<Content>, message: RegExp][] = [
  [
    'WebP named .png',
    'a.png',
    () => sharp(jpeg).webp().toBuffer(),
    /holds WebP, not JPEG, PNG or DICOM; save it as/,
  ],
  ['an empty file', 'a.png', () => '', /is empty \(0 bytes\); fetch it again/],
  ['a cut JPEG', 'a.jpg', () => jpeg.subarray(0, 1500), /is damaged or cut off .*; fetch it again/],
  ['a cut PNG', 'a.png', async () => (await greyPng(3, 64)).subarray(0, -20), /is damaged or cut off/],
  [
    'a JPEG of which the decoder complains over and over, which is told once',
    'a.jpg',
    () => Buffer.concat([jpeg.subarray(0, 3), Buffer.from(' nothing')]),
    /is damaged or cut off \((?!.*(Unsupported marker type).*\1)/,
  ],
  ['only a head', 'a.jpg', () => jpeg.subarray(0, 3), /is damaged or cut off/],
  [
    'CMYK',
    'a.jpg',
    () => sharp(jpeg).toColourspace('cmyk').jpeg().toBuffer(),
    /has CMYK colours, .*; save it as/,
  ],
  [
    'an animation',
    'a.png',
    () => png(4, 4, chunk('acTL', Buffer.alloc(8))),
    /is an animated PNG; save the wanted/,
  ],
  [
    'a web page',
    'a.jpg',
    () => '<!DOCTYPE html><title>Sign in</title>',
    /holds HTML, not JPEG, PNG or DICOM/,
  ],
  ['text', 'a.jpg', () => 'not a picture', /holds no picture known here, not JPEG, PNG or DICOM/],
  [
    '12 bits in 16',
    'a.png',
    () => deepGrey([0, 1500, 3000, 4095]),
    /less than a sixteenth of their range; scale it/,
  ],
  ['a bomb', 'a.png', () => png(9000, 9000), /has more than 64 million pixels; scale it down/],
];

describe.each([
  ['readPixels', readPixels],
  ['inspectPicture', inspectPicture],
] as const)('%s refuses', (_, read) => {
  it.each(cases)('%s', async (_what, name, content, message) => {
    const folder = temporaryFolder();
    await writeFiles(folder, { [name]: await content() });
    const error = await read(path.join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(path.join(folder, name));
  });

  it('what is missing, and a folder', async () => {
    const folder = temporaryFolder();
    await expect(read(path.join(folder, 'none.png'))).rejects.toThrow(
      /none\.png does not exist; check the path/,
    );
    await expect(read(folder)).rejects.toThrow(/is a folder; name a picture file in it/);
  });

  it.skipIf(process.platform === 'win32')(
    'a pipe and a device, instead of waiting for their end',
    async () => {
      const pipe = path.join(temporaryFolder(), 'a.png');
      execFileSync('mkfifo', [pipe]);
      await expect(read(pipe)).rejects.toThrow(`${pipe} is a pipe or device, not a file; remove it`);
      await expect(read('/dev/zero')).rejects.toThrow('/dev/zero is a pipe or device');
    },
  );

  it('a huge file, without reading it', async () => {
    const folder = temporaryFolder();
    await writeFiles(folder, { 'a.png': 1 });
    await truncate(path.join(folder, 'a.png'), 600_000_000);
    await expect(read(path.join(folder, 'a.png'))).rejects.toThrow(/a\.png has more than 512 MB; save it as/);
  });
});

it('inspectPicture agrees with readPixels on size, also after EXIF rotation', async () => {
  for (const name of ['orientation-6.jpg', 'orientation-3.jpg', 'wide.png', 'palette.png']) {
    const { width, height } = await readPixels(path.join(fixtures, name));
    expect(await inspectPicture(path.join(fixtures, name))).toMatchObject({ width, height });
  }
});

it('of 16-bit PNG the upper eight bits, as cv2.imread gives them', async () => {
  const folder = temporaryFolder();
  await writeFiles(folder, { 'a.png': await deepGrey([0, 255, 256, 4095, 32768, 65279, 65535]) });
  const { data } = await readPixels(path.join(folder, 'a.png'));
  expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 0, 1, 15, 128, 254, 255]);
});

it('a JPEG with bytes after its end is still read', async () => {
  const folder = temporaryFolder();
  await writeFiles(folder, { 'a.jpg': Buffer.concat([jpeg, Buffer.from('trailer')]) });
  expect(await inspectPicture(path.join(folder, 'a.jpg'))).toMatchObject({ width: 67, height: 51 });
});
