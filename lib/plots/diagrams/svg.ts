import { accent } from '../colors';
import { font } from '../theme';

/** Pieces of a drawing, as SVG text. */
export type Piece = string;
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeText = (text: string): string => text.replace(/[&<>"]/g, (letter) => entities[letter]!);

// Two decimals are finer than a pixel, and the same on every machine.
const written = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeText(value);

/** An element with its attributes; those that are undefined are left out. */
export function element(name: string, attributes: Attributes, content?: string): Piece {
  const list = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${written(value)}"`))
    .join('');
  return content === undefined ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

/** A rectangle. */
export const box = (x: number, y: number, width: number, height: number, more: Attributes = {}): Piece =>
  element('rect', { x, y, width, height, ...more });

/** A straight line or a path, never filled. */
export const stroke = (d: string, more: Attributes = {}): Piece =>
  element('path', { d, fill: 'none', ...more });

/** Text in the middle of `x`, unless told otherwise; `y` is its base line. */
export const words = (x: number, y: number, text: string, more: Attributes = {}): Piece =>
  element('text', { x, y, 'text-anchor': 'middle', ...more }, escapeText(text));

/** An arrow from one point to another along the x axis. */
export const arrow = (from: number, to: number, y: number): Piece =>
  stroke(`M${written(from)} ${written(y)}H${written(to - 1)}m-5 -4.5l5.5 4.5l-5.5 4.5`, { class: 'line' });

/** A padlock, 14 by 16, its middle at `x`, its top at `y`; closed or open. */
export function padlock(x: number, y: number, closed: boolean): Piece {
  const shackle = closed ? 'M-4 7V4.5a4 4 0 0 1 8 0V7' : 'M-4 7V3.5a4 4 0 0 1 7.6 -1.6';
  return element(
    'g',
    { transform: `translate(${written(x)} ${written(y)})`, class: closed ? 'lock' : 'lock open' },
    stroke(shackle, { 'stroke-width': 2 }) + box(-6.5, 7, 13, 9, { rx: 2 }),
  );
}

// The card under every drawing is its own, because a page cannot tell a picture whether it is light or dark. Grey is
// what stays as it is, the accent what is learned.
const light = `
.card{fill:#fff;stroke:#dde2e8}.strong{font-weight:bold}.soft{fill:#58626e}.small{font-size:12px}
text{fill:#1c232b;font-family:${font};font-size:13.5px}
.line{stroke:#58626e;stroke-width:1.5}.faint{stroke:#c5ccd4}
.kept{fill:#dfe5ec;stroke:#7d8a98}.learned{fill:#e9ddf6;stroke:${accent}}.gone{fill:none;stroke:#a3adb9;stroke-dasharray:4 3}
.kept-bar{fill:#7d8a98}.learned-bar{fill:${accent}}.accent{fill:#75419f}.accent-line{stroke:${accent}}
.lock path{stroke:#4b5663}.lock rect{fill:#4b5663}.lock.open path{stroke:${accent}}.lock.open rect{fill:${accent}}`;
const dark = `
.card{fill:#181d23;stroke:#303943}.soft{fill:#a2adb9}text{fill:#e3e8ee}
.line{stroke:#a2adb9}.faint{stroke:#47525e}
.kept{fill:#2d3640;stroke:#8794a2}.learned{fill:#3b2a50;stroke:#b48ce2}.gone{fill:none;stroke:#67727e}
.kept-bar{fill:#8794a2}.learned-bar{fill:#b48ce2}.accent{fill:#c9a8ee}.accent-line{stroke:#b48ce2}
.lock path{stroke:#c3ccd6}.lock rect{fill:#c3ccd6}.lock.open path{stroke:#b48ce2}.lock.open rect{fill:#b48ce2}`;

/** What a drawing is called, what is to be seen on it, and how large it is. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Its name, for those who cannot see it and as a tooltip. */
  readonly title: string;
  /** What it shows, in sentences. */
  readonly description: string;
  /** Rules beside those that all drawings share, for light and for dark. */
  readonly rules?: { readonly light: string; readonly dark: string };
}

/** A whole SVG file: the pieces on a card, in the colours that the reader's system asks for. */
export function drawing(
  { width, height, title, description, rules }: Drawing,
  pieces: readonly Piece[],
): string {
  const style = `${light}${rules?.light ?? ''}\n@media (prefers-color-scheme:dark){${dark}${rules?.dark ?? ''}}\n`;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': 'title description',
    },
    [
      '',
      element('title', { id: 'title' }, escapeText(title)),
      element('desc', { id: 'description' }, escapeText(description)),
      `<style>${style}</style>`,
      box(0.5, 0.5, width - 1, height - 1, { rx: 10, class: 'card' }),
      ...pieces,
      '',
    ].join('\n'),
  )}\n`;
}
