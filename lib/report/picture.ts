import sharp from 'sharp';
import { chartCuts, fontFaces, fontName } from '../notebook/bundled-font';
import { escapeHtml } from '../notebook/escape-html';

/** A picture that stands in the page itself. */
export interface Picture {
  readonly address: string;
  /** Pixels, so that the page does not jump when it is drawn. */
  readonly width: number;
  readonly height: number;
}

/** Below this, a smaller file is not worth a loss. */
const worthCompressing = 40_000;

const dataAddress = (mime: string, bytes: Buffer): string =>
  `data:${mime};base64,${bytes.toString('base64')}`;

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1];

// Without a size of its own, an SVG is as large as its view box.
function svgSize(svg: string): [width: number, height: number] {
  const tag = /<svg\b[^>]*>/.exec(svg)?.[0] ?? '';
  const box = (attribute(tag, 'viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const side = (name: string, i: number) => {
    const stated = attribute(tag, name) ?? '';
    const pixels = /^[\d.]+(px)?$/.test(stated) ? Number.parseFloat(stated) : box[i];
    return pixels && Number.isFinite(pixels) ? Math.ceil(pixels) : i === 2 ? 600 : 300;
  };
  return [side('width', 2), side('height', 3)];
}

// A picture does not see the fonts of the page that it stands in.
const withFont = (svg: string): string =>
  svg.includes(fontName)
    ? svg.replace(/<svg\b[^>]*>/, (tag) => `${tag}<style>${fontFaces(chartCuts)}</style>`)
    : svg;

/** An SVG as a picture, with the project's font if it names it: nothing in it can run or load there. */
export function svgPicture(svg: string): Picture {
  const named = svg.includes('xmlns=') ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
  const [width, height] = svgSize(named);
  return { address: dataAddress('image/svg+xml', Buffer.from(withFont(named))), width, height };
}

/**
 * A PNG, JPEG, GIF or WebP as a picture; a large one as WebP where that is smaller.
 * @throws Error from sharp for what is no picture
 */
export async function bitmapPicture(bytes: Buffer): Promise<Picture> {
  const { format, width, height, pages = 1 } = await sharp(bytes).metadata();
  const picture = { width, height };
  if (bytes.length > worthCompressing && pages === 1) {
    const smaller = await sharp(bytes).webp({ quality: 85 }).toBuffer();
    if (smaller.length < bytes.length) return { ...picture, address: dataAddress('image/webp', smaller) };
  }
  return { ...picture, address: dataAddress(`image/${format}`, bytes) };
}

/** The tag of a picture. */
export const pictureTag = ({ address, width, height }: Picture, alt: string): string =>
  `<img src="${address}" alt="${escapeHtml(alt)}" width="${width}" height="${height}">`;
