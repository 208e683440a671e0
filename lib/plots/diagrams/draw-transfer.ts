import { type DrawnHead, headSize } from './head';
import { type DrawnNetwork, formatCount } from './stages';
import { arrow, box, drawing, type Piece, padlock, stroke, words } from './svg';

/** A network whose last block can be trained on. */
export interface TunableNetwork extends DrawnNetwork {
  /** Name of the first layer of the last block. */
  readonly fineTuneFrom: string;
}

const blocks = 5;
const [left, block, gap] = [140, 64, 7];
const blockX = (i: number): number => left + i * (block + gap);
const headX = blockX(blocks) + 12;
const height = 58;

interface Row {
  readonly y: number;
  readonly title: string;
  readonly data: readonly [string, string];
  /** Blocks from this one on learn; 5 for none. */
  readonly learnsFrom: number;
  readonly locks: boolean;
  readonly head: readonly [string, string];
  readonly outcome: readonly [string, string];
}

const pair = (
  x: number,
  y: number,
  [first, second]: readonly [string, string],
  anchor: string,
  kind = '',
): Piece =>
  words(x, y, first, { 'text-anchor': anchor, class: `small ${kind}`.trim() }) +
  words(x, y + 17, second, { 'text-anchor': anchor, class: 'soft small' });

function drawRow({ y, title, data, learnsFrom, locks, head, outcome }: Row): Piece[] {
  const centre = y + height / 2;
  const bases = Array.from({ length: blocks }, (_, i) => {
    const learns = i >= learnsFrom;
    const sign = locks ? padlock(blockX(i) + block / 2, y + 29, !learns) : '';
    const name = words(blockX(i) + block / 2, y + (locks ? 20 : centre - y + 5), `block ${i + 1}`, {
      class: 'small',
    });
    return box(blockX(i), y, block, height, { class: learns ? 'learned' : 'kept', rx: 5 }) + name + sign;
  });
  const learned = blockX(learnsFrom);
  const from = learnsFrom < blocks ? learned : headX;
  const back = y + height + 12;
  return [
    words(24, y - 16, title, { 'text-anchor': 'start', class: 'strong' }),
    pair(24, centre - 4, data, 'start'),
    arrow(left - 24, left - 5, centre),
    ...bases,
    box(headX, y, 90, height, { class: 'learned', rx: 5 }),
    pair(headX + 45, centre - 4, head, 'middle'),
    arrow(headX + 94, headX + 112, centre),
    pair(headX + 119, centre - 4, outcome, 'start', 'strong'),
    // Where the error is carried back to, and no further.
    stroke(`M${headX + 86} ${back}H${from + 6}m5 -4.5l-5.5 4.5l5.5 4.5`, {
      class: 'accent-line',
      'stroke-width': 2,
    }),
  ];
}

/**
 * How a network is transferred: learned on photographs, its base frozen under a new head, its last block trained on.
 * @param network gives the counts of what is learned
 */
export function drawTransfer(network: TunableNetwork, head: DrawnHead = {}): string {
  const { parameters } = headSize(network, head);
  const from = network.layers.findIndex(({ name }) => name === network.fineTuneFrom);
  const last = network.layers.slice(from).reduce((sum, layer) => sum + layer.parameters, 0);
  const classes = String(head.classes?.length ?? 2);
  const rows: Row[] = [
    {
      y: 62,
      title: '1. Somebody else has trained it on photographs',
      data: ['1.3 million', 'photographs'],
      learnsFrom: 0,
      locks: false,
      head: ['head', '1,000 classes'],
      outcome: ['all of it learns', 'days on GPUs'],
    },
    {
      y: 196,
      title: '2. Its base is frozen, its head replaced; only the new head learns',
      data: ['a hundred', 'X-rays'],
      learnsFrom: blocks,
      locks: true,
      head: ['new head', `${classes} classes`],
      outcome: [`${formatCount(parameters)} learn`, `${formatCount(network.parameters)} stay`],
    },
    {
      y: 330,
      title: '3. If wanted: the last block is unlocked and trained on, slowly',
      data: ['the same', 'X-rays'],
      learnsFrom: blocks - 1,
      locks: true,
      head: ['new head', `${classes} classes`],
      outcome: [`${formatCount(last + parameters)} learn`, `${formatCount(network.parameters - last)} stay`],
    },
  ];
  return drawing(
    {
      width: 760,
      height: 460,
      title: 'Freezing the base and training a new head',
      description: `Three states of ${network.title}. First, all blocks and a head of 1,000 classes are learned on photographs. Then the five blocks of the base are locked, the head is replaced by one of ${classes} classes, and only its ${formatCount(parameters)} numbers learn. Last, if wanted, the fifth block is unlocked: ${formatCount(last + parameters)} numbers learn, at a low rate.`,
    },
    [
      ...rows.flatMap(drawRow),
      box(24, 428, 14, 14, { class: 'learned', rx: 3 }),
      words(45, 440, 'learns', { 'text-anchor': 'start', class: 'small' }),
      box(104, 428, 14, 14, { class: 'kept', rx: 3 }),
      padlock(132, 427, true),
      words(146, 440, 'frozen', { 'text-anchor': 'start', class: 'small' }),
      stroke('M232 435H206m5 -4.5l-5.5 4.5l5.5 4.5', { class: 'accent-line', 'stroke-width': 2 }),
      words(241, 440, 'how far the error is carried back', { 'text-anchor': 'start', class: 'small' }),
    ],
  );
}
