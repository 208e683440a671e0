import { convolve, type Grid } from '../../dataset/convolve';
import { box, drawing, type Piece, words } from './svg';

export interface ConvolutionExample {
  /** Grey values, 0 black to 9 white. Default: a slanting edge, dark lung on the left, bright rib on the right. */
  readonly picture?: Grid;
  /** 3×3. Default: one that answers to edges from dark to bright. */
  readonly kernel?: Grid;
  /** The window that is shown at work: row and column of its upper left pixel, from 0. Default [2, 2]. */
  readonly at?: readonly [row: number, column: number];
}

const edge: Grid = [5, 5, 4, 4, 3, 3, 2].map((start) =>
  Array.from({ length: 7 }, (_, column) => (column >= start ? 8 : 1)),
);
const edgeKernel: Grid = [
  [-1, 0, 1],
  [-1, 0, 1],
  [-1, 0, 1],
];

const side = 34;
const top = 64;
const minus = (value: number): string => String(value).replace('-', '−');

// One grey for each value: a picture is numbers, and numbers are a picture.
const grey = (share: number): { fill: string; text: string } => {
  const level = Math.round(24 + 218 * Math.min(1, Math.max(0, share)));
  return { fill: `rgb(${level},${level},${level})`, text: level > 128 ? '#111' : '#fff' };
};

interface Cells {
  readonly x: number;
  readonly y: number;
  readonly grid: Grid;
  /** Value drawn white; without it cells are not shaded. */
  readonly brightest?: number;
}

const cells = ({ x, y, grid, brightest }: Cells): Piece[] =>
  grid.flatMap((line, row) =>
    line.flatMap((value, column) => {
      const shade = brightest === undefined ? undefined : grey(value / brightest);
      const [left, upper] = [x + column * side, y + row * side];
      return [
        box(left, upper, side, side, { class: shade ? 'cell' : 'learned', fill: shade?.fill }),
        words(left + side / 2, upper + side / 2 + 5, minus(value), shade && { style: `fill:${shade.text}` }),
      ];
    }),
  );

const frame = (x: number, y: number, row: number, column: number, size: number): Piece =>
  box(x + column * side, y + row * side, size * side, size * side, { class: 'window', fill: 'none', rx: 3 });

/** A small picture in numbers, a kernel over it, and the feature map that comes out; every number is computed. */
export function drawConvolution({
  picture = edge,
  kernel = edgeKernel,
  at: [row, column] = [2, 2],
}: ConvolutionExample = {}): string {
  const map = convolve(picture, kernel);
  const products = kernel.flatMap((line, i) =>
    line.map((weight, j) => ({ weight, value: picture[row + i]![column + j]! })),
  );
  const result = map[row]![column]!;
  const middle = top + (picture.length * side) / 2;
  const [kernelX, mapX] = [347, 562];
  const kernelY = middle - (kernel.length * side) / 2;
  const mapY = middle - (map.length * side) / 2;
  const brightest = Math.max(1, ...map.flat());
  // Weights of zero add nothing.
  const sum = products
    .filter(({ weight }) => weight !== 0)
    .map(({ weight, value }) => `${value}·(${minus(weight)})`.replace(/\((\d+)\)/, '$1'))
    .join(' + ');
  return drawing(
    {
      width: 760,
      height: 388,
      title: 'What a convolution does',
      description: `A ${picture.length} by ${picture[0]!.length} grid of grey values with an edge from dark to bright, a ${kernel.length} by ${kernel.length} kernel laid over one window of it, and the map of all results. In the window shown, ${sum} makes ${minus(result)}. The map is large along the edge and 0 where the picture is even.`,
      rules: {
        light: '.cell{stroke:#8d97a2;stroke-width:.5}.window{stroke:#8e5cc2;stroke-width:3.5}',
        dark: '.cell{stroke:#5b6570}.window{stroke:#b48ce2}',
      },
    },
    [
      words(28 + (picture[0]!.length * side) / 2, 38, 'the picture, as numbers', { class: 'strong' }),
      ...cells({ x: 28, y: top, grid: picture, brightest: 9 }),
      frame(28, top, row, column, kernel.length),
      words(306, middle + 12, '∗', { style: 'font-size:24px' }),
      words(kernelX + (kernel.length * side) / 2, kernelY - 16, 'the kernel', { class: 'strong' }),
      ...cells({ x: kernelX, y: kernelY, grid: kernel }),
      words(kernelX + (kernel.length * side) / 2, kernelY + kernel.length * side + 24, 'learned, the same', {
        class: 'soft small',
      }),
      words(kernelX + (kernel.length * side) / 2, kernelY + kernel.length * side + 40, 'at every place', {
        class: 'soft small',
      }),
      words(505, middle + 8, '=', { style: 'font-size:24px' }),
      words(mapX + (map[0]!.length * side) / 2, mapY - 16, 'the feature map', { class: 'strong' }),
      ...cells({ x: mapX, y: mapY, grid: map, brightest }),
      frame(mapX, mapY, row, column, 1),
      words(
        mapX + (map[0]!.length * side) / 2,
        mapY + map.length * side + 24,
        'bright where there is an edge',
        {
          class: 'soft small',
        },
      ),
      words(380, 338, `${sum} = ${minus(result)}`, { class: 'strong accent' }),
      words(380, 362, 'the window and the kernel, multiplied place by place and added up', {
        class: 'soft small',
      }),
    ],
  );
}
