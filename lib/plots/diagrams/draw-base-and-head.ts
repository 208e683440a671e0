import { type DrawnHead, headSize } from './head';
import { type DrawnNetwork, formatCount, stagesOf } from './stages';
import { arrow, box, drawing, element, type Piece, stroke, words } from './svg';

const middle = 134;

/** A chest X-ray as a sign: lungs, spine, heart. */
export function chestSign(x: number, y: number, side: number): Piece {
  const lung = (sign: number) =>
    `M${50 + sign * 7} 24C${50 + sign * 24} 14 ${50 + sign * 38} 46 ${50 + sign * 38} 78C${50 + sign * 26} 74 ${50 + sign * 12} 80 ${50 + sign * 8} 72Z`;
  return element(
    'g',
    { transform: `translate(${x} ${y}) scale(${side / 100})` },
    [
      box(0, 0, 100, 100, { rx: 6, fill: '#2b3138' }),
      element('path', { d: 'M20 12C40 2 60 2 80 12L94 40V96H6V40Z', fill: '#8b949e' }),
      element('path', { d: lung(-1), fill: '#2b3138' }),
      element('path', { d: lung(1), fill: '#2b3138' }),
      box(46, 8, 8, 88, { rx: 3, fill: '#c8cfd6' }),
      element('ellipse', { cx: 58, cy: 66, rx: 15, ry: 13, fill: '#b4bcc4' }),
    ].join(''),
  );
}

// Sides drawn as the square root of the true ones, or the last would be a dot.
const drawnSide = (size: number): number => 6.2 * Math.sqrt(size);

/** A stack of feature maps: more squares for more maps. */
function stack(x: number, size: number, channels: number): { piece: Piece; width: number } {
  const side = drawnSide(size);
  const count = Math.max(2, Math.round(Math.log2(channels)) - 3);
  const step = 4;
  const squares = Array.from({ length: count }, (_, i) =>
    box(x + i * step, middle - side / 2 + (i - (count - 1) / 2) * step, side, side, { class: 'kept', rx: 2 }),
  );
  return { piece: squares.join(''), width: side + (count - 1) * step };
}

/** A column of units, as circles; a gap says that there are more. */
function units(x: number, count: number, shown: number, names?: readonly string[]): Piece {
  const gap = 17;
  const top = middle - ((shown - 1) * gap) / 2;
  return Array.from({ length: shown }, (_, i) => {
    const hidden = count > shown && i === Math.floor(shown / 2);
    const y = top + i * gap;
    if (hidden) return words(x, y + 5, '⋮', { class: 'accent' });
    const name = names?.[i] ? words(x + 14, y + 5, names[i], { 'text-anchor': 'start' }) : '';
    return element('circle', { cx: x, cy: y, r: 6, class: 'learned' }) + name;
  }).join('');
}

const brace = (from: number, to: number, y: number): Piece =>
  stroke(`M${from} ${y}v6h${to - from}v-6`, { class: 'line' });

/**
 * A picture going through a network: feature maps that shrink and multiply in the base, then pooled, then a small head.
 * @param network drawn with its own stages and counts
 */
export function drawBaseAndHead(network: DrawnNetwork, head: DrawnHead = {}): string {
  const { classes = ['covid', 'normal'], hiddenUnits = 64 } = head;
  const { inputs, parameters } = headSize(network, head);
  const stages = stagesOf(network);
  const pieces: Piece[] = [
    chestSign(24, middle - 46, 92),
    words(70, middle + 82, 'X-ray', { class: 'small' }),
  ];
  pieces.push(words(70, middle + 97, `${network.layers[0]!.outputShape[0]}² × 3`, { class: 'soft small' }));
  let x = 138;
  const start = x;
  const widths = stages.map(({ size, channels }) => stack(0, size, channels).width);
  const space = (540 - start - widths.reduce((a, b) => a + b, 0)) / (stages.length - 1);
  pieces.push(arrow(120, 134, middle));
  for (const [i, { size, channels }] of stages.entries()) {
    pieces.push(stack(x, size, channels).piece);
    pieces.push(words(x + widths[i]! / 2, middle + 82, `${size}²`, { class: 'small' }));
    pieces.push(words(x + widths[i]! / 2, middle + 97, `× ${channels}`, { class: 'soft small' }));
    x += widths[i]! + space;
  }
  pieces.push(
    arrow(546, 564, middle),
    box(570, middle - 62, 15, 124, { class: 'kept', rx: 3 }),
    words(574, middle + 82, 'pooled', { class: 'small' }),
    words(574, middle + 97, String(inputs), { class: 'soft small' }),
    stroke(`M588 ${middle}H612M632 ${middle}H658`, { class: 'line' }),
    units(622, hiddenUnits, 7),
    words(625, middle + 82, 'hidden', { class: 'small' }),
    words(625, middle + 97, String(hiddenUnits), { class: 'soft small' }),
    units(668, classes.length, Math.min(classes.length, 7), classes),
    words(680, middle + 82, 'classes', { class: 'small' }),
    words(680, middle + 97, String(classes.length), { class: 'soft small' }),
    brace(start, 586, 244),
    words(
      (start + 586) / 2,
      272,
      `base: ${formatCount(network.parameters)} numbers, learned on photographs`,
      { class: 'strong' },
    ),
    words((start + 586) / 2, 291, 'each stage halves the side and adds kinds of features', {
      class: 'soft small',
    }),
    brace(610, 736, 244),
    words(673, 272, `head: ${formatCount(parameters)}`, { class: 'strong accent' }),
    words(673, 291, 'learned on X-rays', { class: 'soft small' }),
    words(28, 38, `${network.title}: from a picture to a class`, { 'text-anchor': 'start', class: 'strong' }),
  );
  return drawing(
    {
      width: 760,
      height: 316,
      title: `A convolutional network's base and head: ${network.title}`,
      description: `A picture of ${network.layers[0]!.outputShape[0]} by ${network.layers[0]!.outputShape[1]} pixels becomes feature maps that shrink and multiply: ${stages.map(({ size, channels }) => `${channels} of ${size} by ${size}`).join(', ')}. Pooled, they are ${inputs} numbers, from which a head of ${hiddenUnits} hidden units tells ${classes.join(' from ')}. The base has ${formatCount(network.parameters)} numbers, the head ${formatCount(parameters)}.`,
    },
    pieces,
  );
}
