import { type DrawnNetwork, formatCount, type Stage, stagesOf } from './stages';
import { box, drawing, type Piece, stroke, words } from './svg';

const rowHeight = 108;
const top = 74;
const [left, column] = [136, 82];
const countX = 646;

// A convolution is a bar: as high as its maps are large (square root), as many as there are layers.
const barHeight = (size: number): number => 4.8 * Math.sqrt(size);

function drawStage({ size, channels, convolutions }: Stage, x: number, floor: number): Piece[] {
  const pitch = Math.min(9, (column - 10) / Math.max(1, convolutions));
  const height = barHeight(size);
  const bars = Array.from({ length: convolutions }, (_, i) =>
    box(x + i * pitch, floor - height, pitch * 0.66, height, { class: 'kept-bar', rx: 1 }),
  );
  const pooled = convolutions ? '' : box(x, floor - height, 9, height, { class: 'gone', rx: 1 });
  return [
    ...bars,
    pooled,
    words(x, floor + 16, `× ${channels}`, { class: 'soft small', 'text-anchor': 'start' }),
  ];
}

/**
 * Networks one under another, a column for each size of feature maps: how deep each is where, how wide, how many numbers.
 * @param networks drawn in this order
 */
export function drawNetworks(networks: readonly DrawnNetwork[]): string {
  const all = networks.map((network) => ({ ...network, stages: stagesOf(network) }));
  const sizes = [...new Set(all.flatMap(({ stages }) => stages.map(({ size }) => size)))].sort(
    (a, b) => b - a,
  );
  const most = Math.max(...networks.map(({ parameters }) => parameters));
  const depth = (stages: readonly Stage[]) => stages.reduce((sum, { convolutions }) => sum + convolutions, 0);
  const bottom = top + rowHeight * networks.length;
  const rows = all.flatMap(({ title, parameters, stages }, i) => {
    const floor = top + rowHeight * i + 80;
    return [
      words(24, floor - 22, title, { 'text-anchor': 'start', class: 'strong' }),
      words(24, floor - 4, `${depth(stages)} convolutions`, { 'text-anchor': 'start', class: 'soft small' }),
      ...stages.flatMap((stage) => drawStage(stage, left + sizes.indexOf(stage.size) * column, floor)),
      box(countX, floor - 14, (90 * parameters) / most, 14, { class: 'learned-bar', rx: 2 }),
      words(countX, floor - 22, formatCount(parameters), { 'text-anchor': 'start', class: 'strong' }),
      i ? stroke(`M24 ${floor - 84}H736`, { class: 'faint' }) : '',
    ];
  });
  return drawing(
    {
      width: 760,
      height: bottom + 44,
      title: 'The networks side by side',
      description: `How many convolutions each network has at each size of its feature maps. ${all.map(({ title, parameters, stages }) => `${title}: ${formatCount(parameters)} numbers; ${stages.map(({ size, channels, convolutions }) => `${convolutions} at ${size} by ${size} with ${channels} maps`).join(', ')}`).join('. ')}.`,
    },
    [
      words(24, 38, 'maps of', { 'text-anchor': 'start', class: 'soft small' }),
      ...sizes.map((size, i) =>
        words(left + i * column, 38, `${size} × ${size}`, { 'text-anchor': 'start', class: 'soft small' }),
      ),
      words(countX, 38, 'parameters', { 'text-anchor': 'start', class: 'soft small' }),
      stroke('M24 50H736', { class: 'faint' }),
      ...rows,
      words(
        24,
        bottom + 24,
        'A bar is a convolution, as high as its maps are large; dashed is pooling alone; × is how many maps there are.',
        { 'text-anchor': 'start', class: 'soft small' },
      ),
    ],
  );
}
