import { shareAxis } from './share-axis';
import { type ChartFrame, type ChartSpec, chart } from './theme';

/** One curve: its points in order, its colour, and what the legend says of it. */
export interface CurveLine {
  readonly legend: string;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly threshold: number | null }[];
}

export interface CurveAxes {
  readonly x: string;
  readonly y: string;
  /** How points are joined: "linear", or "step-before" for the height of the later one. */
  readonly interpolate: 'linear' | 'step-before';
  /** Dashed lines of what guessing reaches, each from one end to the other. */
  readonly guessing: readonly {
    readonly color: string;
    readonly from: readonly [number, number];
    readonly to: readonly [number, number];
  }[];
}

const size = 320;

/** Without the points in the middle of a straight line across or up: they are many, and nothing is seen of them. */
const corners = (points: CurveLine['points']): CurveLine['points'] =>
  points.filter((point, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (!before || !after) return true;
    const across = before.y === point.y && point.y === after.y;
    const up = before.x === point.x && point.x === after.x;
    return !across && !up;
  });

/** Curves over the unit square, a line each, with their figures in the legend. */
export function curveLines(frame: ChartFrame, lines: readonly CurveLine[], axes: CurveAxes): ChartSpec {
  const values = lines.flatMap(({ legend, points }) =>
    corners(points).map(({ x, y, threshold }, order) => ({
      curve: legend,
      x,
      y,
      order,
      threshold: threshold === null ? 'none called' : threshold.toFixed(3),
    })),
  );
  const [x, y] = [shareAxis('x', axes.x), shareAxis('y', axes.y)];
  const color = {
    field: 'curve',
    type: 'nominal',
    scale: { domain: lines.map(({ legend }) => legend), range: lines.map((line) => line.color) },
    legend:
      lines.length > 1 ? { symbolType: 'stroke', symbolStrokeWidth: 3, columns: 1, orient: 'right' } : null,
  };
  const tooltip = [
    ...(lines.length > 1 ? [{ field: 'curve' }] : []),
    { field: 'threshold' },
    { field: 'x', title: axes.x, format: '.3f' },
    { field: 'y', title: axes.y, format: '.3f' },
  ];
  return chart(frame, {
    width: size,
    height: size,
    layer: [
      ...axes.guessing.map(({ color: own, from, to }) => ({
        data: {
          values: [
            { x: from[0], y: from[1] },
            { x: to[0], y: to[1] },
          ],
        },
        mark: { type: 'line', color: own, strokeDash: [4, 4], strokeWidth: 1.5 },
        encoding: { x, y },
      })),
      {
        data: { values },
        encoding: { x, y, color },
        layer: [
          {
            mark: { type: 'line', strokeWidth: 2.5, interpolate: axes.interpolate },
            encoding: { order: { field: 'order', type: 'quantitative' } },
          },
          // Seen by the pointer only.
          { mark: { type: 'point', filled: true, size: 80, opacity: 0 }, encoding: { tooltip } },
        ],
      },
    ],
  });
}
