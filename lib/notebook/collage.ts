import path from 'node:path';
import { asError, checkWhole, InputError } from '../core/check';
import type { Pixels, Xray } from '../dataset/xray';
import { classColors, contrast } from '../plots/colors';
import { font } from '../plots/theme';
import { knowFont } from './drawn-font';
import { escapeHtml } from './escape-html';
import { describePicture } from './picture-words';
import { textWidth } from './text-width';

/** A picture with words of one's own under it. */
export interface CollagePicture {
  /** A file's name, or decoded pixels. */
  readonly picture: string | Pixels;
  /** Under the picture. Default: the label, else the file's name. */
  readonly caption?: string;
  /** Class, which gives the caption its colour. */
  readonly label?: string;
}

export interface CollageOptions {
  /** Pictures in a row. Default 6, or fewer if there are fewer. */
  readonly columns?: number;
  /** Side of the square that each picture is fitted into, pixels. Default 150. */
  readonly size?: number;
  /** Whether captions are written. Default true. */
  readonly captions?: boolean;
}

const gap = 6;
const bar = 22;
const fontSize = 12;
// More would be no overview; and a bitmap of this width and height still fits everywhere.
const most = 400;

const asPicture = (item: Xray | string | CollagePicture): CollagePicture => {
  if (typeof item === 'string') return { picture: item };
  return 'picture' in item ? item : { picture: item.path, label: item.label };
};

/** A text cut to a width in pixels. */
function shorten(text: string, width: number): string {
  if (textWidth(text, fontSize, true) <= width) return text;
  const letters = [...text];
  while (letters.length && textWidth(`${letters.join('')}…`, fontSize, true) > width) letters.pop();
  return `${letters.join('')}…`;
}

const nameOf = ({ picture, caption, label }: CollagePicture): string =>
  caption ?? label ?? (typeof picture === 'string' ? path.basename(picture) : '');

/** "12 pictures in rows of 6: 8 × covid, 4 × normal" */
function inWords(pictures: readonly CollagePicture[], columns: number): string {
  const counts = new Map<string, number>();
  for (const name of pictures.map(nameOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts].flatMap(([name, count]) =>
    name ? [count > 1 ? `${count} × ${name}` : name] : [],
  );
  const rows = pictures.length > columns ? ` in rows of ${columns}` : '';
  const all = pictures.length === 1 ? '1 picture' : `${pictures.length} pictures${rows}`;
  return names.length ? `${all}: ${names.join(', ')}` : all;
}

function captionBar(text: string, color: string, size: number): Buffer {
  const ink = contrast(color, '#ffffff') >= 3 ? '#ffffff' : '#1a1a1a';
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${bar}"><rect width="100%" height="100%" fill="${color}"/><text x="${size / 2}" y="${bar / 2 + 4}" text-anchor="middle" font-family="${font}" font-size="${fontSize}" font-weight="bold" fill="${ink}">${escapeHtml(shorten(text, size - 8))}</text></svg>`,
  );
}

async function thumbnail(picture: string | Pixels, size: number): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const { readPixels } = await import('../dataset/read-pixels.js');
  const { width, height, data } = typeof picture === 'string' ? await readPixels(picture) : picture;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toColourspace('srgb')
    .resize(size, size, { fit: 'contain', background: '#000000' })
    .removeAlpha()
    .png()
    .toBuffer()
    .catch((thrown) => {
      const name = typeof picture === 'string' ? picture : 'pixels';
      throw new InputError(`${name} cannot be drawn: ${asError(thrown).message}`);
    });
}

/**
 * Pictures side by side as one PNG, each whole in a square, its class under it in the class's colour:
 * `show(await collage(xrays))`.
 * @param items records, file names, or pictures with captions; 1 to 400
 * @throws InputError for none or too many, or a file that is no picture
 */
export async function collage(
  items: readonly (Xray | string | CollagePicture)[],
  options: CollageOptions = {},
): Promise<Uint8Array> {
  if (items.length === 0) throw new InputError('There are no pictures to put together');
  if (items.length > most)
    throw new InputError(`There are ${items.length} pictures; a collage takes ${most} at most`);
  const columns = Math.min(checkWhole('columns', options.columns ?? 6, 1, most), items.length);
  const size = checkWhole('size', options.size ?? 150, 16, 1024);
  const captions = options.captions ?? true;
  const pictures = items.map(asPicture);
  const labels = [...new Set(pictures.flatMap(({ label }) => (label === undefined ? [] : [label])))].sort();
  const colors = new Map(classColors(labels).map((color, i) => [labels[i], color]));
  const cell = size + (captions ? bar : 0) + gap;
  const { default: sharp } = await import('sharp');
  if (captions) await knowFont();
  const layers = [];
  for (const [i, item] of pictures.entries()) {
    const left = (i % columns) * (size + gap);
    const top = Math.floor(i / columns) * cell;
    layers.push({ input: await thumbnail(item.picture, size), left, top });
    const color = (item.label !== undefined && colors.get(item.label)) || '#5f5f5f';
    if (captions) layers.push({ input: captionBar(nameOf(item), color, size), left, top: top + size });
  }
  const png = await sharp({
    create: {
      width: columns * (size + gap) - gap,
      height: Math.ceil(items.length / columns) * cell - gap,
      channels: 4,
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    },
  })
    .composite(layers)
    .png({ compressionLevel: 9 })
    .toBuffer();
  return describePicture(png, inWords(pictures, columns));
}
