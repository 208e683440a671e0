import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { type Random, seededRandom } from '../../lib/core/random';

/** A grey noise picture with a soft blob at one of four places, as PNG. */
export async function writePicture(file: string, place: number, random: Random, noise = 40): Promise<void> {
  const side = 32;
  const centreX = place % 2 ? 22 : 10;
  const centreY = place > 1 ? 22 : 10;
  const data = new Uint8Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const blob = 120 * Math.exp(-((x - centreX) ** 2 + (y - centreY) ** 2) / 30);
      data[y * side + x] = Math.min(255, Math.max(0, 60 + blob + noise * random.normal()));
    }
  await sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .png({ compressionLevel: 1 })
    .toFile(file);
}

/**
 * Class folders of small PNGs, two pictures a patient; each class has its blob elsewhere.
 * @returns `folder`
 */
export async function writeClassFolders(
  folder: string,
  classes: readonly string[],
  count: number,
  { seed = 1, noise = 40 } = {},
): Promise<string> {
  for (const [place, label] of classes.entries()) {
    const random = seededRandom(`${seed} ${label}`);
    mkdirSync(path.join(folder, label), { recursive: true });
    for (let i = 0; i < count; i++) {
      const name = `person${1000 * place + (i >> 1)}_virus_${i}.png`;
      await writePicture(path.join(folder, label, name), place, random, noise);
    }
  }
  return folder;
}
