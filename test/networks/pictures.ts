import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { seededRandom } from '../../lib/core/random';
import { shared } from './peers';

const size = 224;

/** Soft blobs and noise on a dark ground, RGB, 0 to 255. */
function generated(seed: number): Float32Array {
  const random = seededRandom(seed);
  const blobs = Array.from({ length: 6 }, () => ({
    x: random.between(0, size),
    y: random.between(0, size),
    radius: random.between(15, 60),
    tint: [random.between(20, 120), random.between(20, 120), random.between(20, 120)] as const,
  }));
  return Float32Array.from({ length: size * size * 3 }, (_, i) => {
    const [x, y, channel] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3];
    const light = blobs.map(
      (blob) => blob.tint[channel]! * Math.exp(-(((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2)),
    );
    return Math.round(Math.min(255, 20 + light.reduce((a, b) => a + b) + random.between(0, 10)));
  });
}

async function firstXray(folder: string): Promise<Float32Array> {
  const file = path.join(folder, readdirSync(folder).sort()[0]!);
  const raw = await sharp(file).resize(size, size).toColourspace('srgb').removeAlpha().raw().toBuffer();
  return Float32Array.from(raw);
}

/** Two pictures 224×224, RGB, 0 to 255: a normal and an ill chest where the X-rays are at hand, else generated ones. */
export async function twoPictures(): Promise<Float32Array> {
  const folder = shared('data', 'chest_xray', 'test');
  const pictures = folder
    ? await Promise.all(['NORMAL', 'PNEUMONIA'].map((label) => firstXray(path.join(folder, label))))
    : [generated(1), generated(2)];
  const both = new Float32Array(2 * size * size * 3);
  for (const [i, picture] of pictures.entries()) both.set(picture, i * picture.length);
  return both;
}
