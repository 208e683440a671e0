import path from 'node:path';
import sharp from 'sharp';
import { byText } from '../core/by-text';
import { checkChoice, checkNumber, checkWhole, InputError } from '../core/check';
import { sha256 } from '../core/files';
import { seededRandom } from '../core/random';
import { channelsOf } from './channels';
import { checkXrays } from './check-xrays';
import { checkClassFolder, type NewPicture, writeClassFolder } from './class-folder';
import { classesOf } from './classes-of';
import { decodeChannels, readPictureFile } from './read-pixels';
import { isSynthetic, type Pixels, type Xray } from './xray';

/** What a changed picture can be told by. */
export const signs = ['mark', 'film'] as const;
/**
 * - `mark`: a bright mark in the upper right corner, such as a lead letter leaves
 * - `film`: all of the picture a little softer, as another machine or another compression makes it; the record names it as
 *   another source's, as records do of hospitals
 */
export type Sign = (typeof signs)[number];

/** Where the mark is, as shares of width and height from the top left; all of it lies in the outer sixteenth. */
const mark = { left: 0.884, right: 0.964, top: 0.018, bottom: 0.054, grey: 235 };

function paintMark(pixels: Pixels): void {
  const { width, height, data } = pixels;
  const channels = channelsOf(pixels);
  const from = Math.round(mark.left * width);
  const to = Math.round(mark.right * width);
  for (let y = Math.round(mark.top * height); y < Math.round(mark.bottom * height); y++)
    data.fill(mark.grey, (y * width + from) * channels, (y * width + to) * channels);
}

/** Standard deviation of the film's blur, as a share of the width: 1.2 pixels of a phantom. */
const softness = 1.2 / 224;

async function encode(pixels: Pixels, sign: Sign | undefined): Promise<Buffer> {
  const { width, height, data } = pixels;
  const channels = channelsOf(pixels) as 1 | 3;
  const picture = sharp(data, { raw: { width, height, channels } });
  // sharp refuses a standard deviation below 0.3.
  const soft = sign === 'film' ? picture.blur(Math.max(0.3, softness * width)) : picture;
  return (channels === 1 ? soft.toColourspace('b-w') : soft).png().toBuffer();
}

/** The pictures that get the sign: so large a share of them, the same whatever their order. */
function chosen(xrays: readonly Xray[], share: number, seed: string): Set<Xray> {
  const sorted = [...xrays].sort((a, b) => byText(a.sha256, b.sha256));
  return new Set(
    seededRandom(seed)
      .shuffle(sorted)
      .slice(0, Math.round(share * sorted.length)),
  );
}

/**
 * The copies' names, picture by picture: `a.png` for `a.jpg`; `a.jpg.png` where there is also another `a`.
 * @throws InputError naming two pictures of one name in two folders
 */
function copyNames(xrays: readonly Xray[]): string[] {
  const stems = xrays.map((xray) => path.parse(xray.path).name);
  const counts = new Map<string, number>();
  for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const names = xrays.map((xray, i) =>
    counts.get(stems[i]!) === 1 ? `${stems[i]}.png` : `${path.basename(xray.path)}.png`,
  );
  const first = new Map<string, Xray>();
  for (const [i, xray] of xrays.entries()) {
    const other = first.get(names[i]!);
    if (other)
      throw new InputError(
        `xrays has two pictures of one name, ${other.path} and ${xray.path}; copies lie in one folder: rename one, or mark the datasets one after the other`,
      );
    first.set(names[i]!, xray);
  }
  return names;
}

async function* copies(
  xrays: readonly Xray[],
  changed: ReadonlySet<Xray>,
  sign: Sign,
): AsyncGenerator<NewPicture> {
  const names = copyNames(xrays);
  for (const [i, xray] of xrays.entries()) {
    const pixels = await decodeChannels(await readPictureFile(xray.path), xray.path);
    const own = changed.has(xray) ? sign : undefined;
    if (own === 'mark') paintMark(pixels);
    const bytes = await encode(pixels, own);
    const { width, height } = pixels;
    const { label: _, ...known } = own === 'film' ? { ...xray, source: `${xray.source}, softer film` } : xray;
    yield { bytes, record: { ...known, path: names[i]!, width, height, sha256: sha256(bytes) } };
  }
}

/**
 * Copies pictures into class folders, some with a sign that has nothing to do with the disease: a dataset made to be
 * confounded, to try what `auditDataset` finds. All are written anew as PNG, so that they differ in nothing but the sign.
 * @param to dataset folder; class folders that were built here are replaced
 * @param shares of each class's pictures that get the sign, 0 to 1; of a class that is not named none do
 * @param seed of the choice. Default 42
 * @param sign what they get, see `Sign`. Default `mark`
 * @returns the records of the copies
 * @throws InputError for a share out of range or of no class, an unknown sign, two pictures of one name in two folders,
 * a picture that cannot be read, or a folder that holds anything else
 */
export async function markPictures(
  xrays: readonly Xray[],
  to: string,
  shares: Readonly<Record<string, number>>,
  seed = 42,
  sign: Sign = 'mark',
): Promise<Xray[]> {
  checkXrays(xrays);
  checkWhole('seed', seed, 0);
  checkChoice('sign', sign, signs);
  const classes = classesOf(xrays);
  for (const [label, share] of Object.entries(shares)) {
    checkNumber(`shares.${label}`, share, 0, 1);
    if (!classes.includes(label))
      throw new InputError(`shares names ${label}; the pictures are of ${classes.join(', ')}`);
  }
  const written: Xray[] = [];
  for (const label of classes) {
    const own = xrays.filter((xray) => xray.label === label);
    const folder = await checkClassFolder(path.join(to, label), isSynthetic(xrays));
    const changed = chosen(own, shares[label] ?? 0, `${seed}/mark/${label}`);
    written.push(
      ...(await writeClassFolder(folder, copies(own, changed, sign), () => `${label} has no pictures`)),
    );
  }
  return written;
}
