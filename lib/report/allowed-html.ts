import { Parser } from 'htmlparser2';
import { escapeHtml } from '../notebook/escape-html';

const containers = new Set(
  (
    'table caption thead tbody tfoot colgroup tr th td div p span pre code b strong i em u s small sub sup abbr mark ' +
    'ul ol li dl dt dd details summary figure figcaption blockquote progress meter'
  ).split(' '),
);
const voids = new Set(['br', 'hr', 'col', 'img']);

// Of everything else the text is kept; of these not even that.
const dropped = new Set(
  (
    'script style template noscript noembed noframes iframe object embed applet svg math xmp plaintext title textarea ' +
    'select head audio video canvas'
  ).split(' '),
);

const dataPicture = /^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/;
const attributeRules: Readonly<Record<string, RegExp>> = {
  colspan: /^\d{1,3}$/,
  rowspan: /^\d{1,3}$/,
  span: /^\d{1,3}$/,
  width: /^\d{1,4}$/,
  height: /^\d{1,4}$/,
  scope: /^(row|col|rowgroup|colgroup)$/,
  role: /^(row|column)header$/,
  value: /^[\d.]{1,12}$/,
  max: /^[\d.]{1,12}$/,
  open: /^$/,
  src: dataPicture,
  alt: /^/,
  title: /^/,
};
const onlyOf: Readonly<Record<string, readonly string[]>> = {
  src: ['img'],
  alt: ['img'],
  width: ['img'],
  height: ['img'],
  role: ['td', 'th'],
  value: ['progress', 'meter'],
  max: ['progress', 'meter'],
  open: ['details'],
};

// The one piece of styling that tables carry.
const alignment = /(?:^|;)\s*text-align:\s*(left|right|center)\s*(?:;|$)/;
const number = /^\s*[-+−]?[\d.,\u00a0\u202f]*\d\s*%?\s*$/;
const date = /^\s*\d{4}-\d\d-\d\d( \d\d:\d\d)?\s*$/;

function attributesOf(name: string, given: Readonly<Record<string, string>>): string {
  const kept = Object.entries(given)
    .filter(([key, value]) => attributeRules[key]?.test(value) && (onlyOf[key]?.includes(name) ?? true))
    .map(([key, value]) => ` ${key}="${escapeHtml(value)}"`);
  const align = alignment.exec(given.style ?? given.align ?? '')?.[1];
  return kept.join('') + (align ? ` class="${align}"` : '');
}

/**
 * HTML of a cell's output with nothing left in it that could run, load, or reach out of its place: it is written anew
 * from listed tags and attributes, and all other text is escaped. Cells of a table that hold a number get the class
 * `number`, those that hold a date `date`.
 */
export function keepAllowedHtml(html: string): string {
  const pieces: string[] = [];
  const open: { name: string; piece: number; text: string }[] = [];
  let hidden = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (dropped.has(name)) hidden++;
      if (hidden) return;
      if (voids.has(name)) {
        const text = attributesOf(name, attributes);
        if (name !== 'img' || text.includes(' src="')) pieces.push(`<${name}${text}>`);
      } else if (containers.has(name)) {
        open.push({ name, piece: pieces.length, text: '' });
        pieces.push(`<${name}${attributesOf(name, attributes)}>`);
      }
    },
    ontext(text) {
      if (hidden) return;
      for (const element of open) element.text += text;
      pieces.push(escapeHtml(text));
    },
    onclosetag(name) {
      if (dropped.has(name)) hidden = Math.max(0, hidden - 1);
      if (hidden || open.at(-1)?.name !== name) return;
      const { piece, text } = open.pop()!;
      const tag = pieces[piece]!;
      if (name === 'td' && number.test(text) && !tag.includes('class=')) {
        pieces[piece] = tag.replace('>', ' class="number">');
      }
      if (name === 'td' && date.test(text))
        pieces[piece] = tag.includes('class="')
          ? tag.replace('class="', 'class="date ')
          : tag.replace('>', ' class="date">');
      pieces.push(`</${name}>`);
    },
  });
  parser.end(html);
  return pieces.join('');
}
