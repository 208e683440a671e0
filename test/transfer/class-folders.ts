import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { type Random, seededRandom } from '../../lib/core/random';

/** Grey noise over soft stripes, whose direction and width tell the class, as PNG. */
export async function writePicture(file: string, place: number, random: Random, noise = 40): Promise<void> {
  const side = 32;
  const angle = (place * Math.PI) / 4;
  const period = 6 + 3 * place;
  const phase = random.between(0, 2 * Math.PI);
  const data = new Uint8Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const along = x * Math.cos(angle) + y * Math.sin(angle);
      const stripes = 60 * Math.cos((2 * Math.PI * along) / period + phase);
      data[y * side + x] = Math.min(255, Math.max(0, 110 + 10 * place + stripes + noise * random.normal()));
    }
  await sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .png({ compressionLevel: 1 })
    .toFile(file);
}

/**
 * Class folders of small PNGs, two pictures a patient; each class has stripes of its own.
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
