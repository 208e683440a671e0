import { InputError } from '../core/check';
import { type ChartFrame, type ChartSpec, chart } from './theme';

/** One dot: a figure, its interval where there is one, and the words beside it. */
export interface Dot {
  /** Heading over the rows; empty for none. */
  readonly group: string;
  readonly name: string;
  /** Which mark. */
  readonly kind: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Written at the right. */
  readonly text: string;
}

/** How dots of a kind look. */
export interface DotKind {
  readonly kind: string;
  readonly color: string;
  /** A Vega symbol: "circle", "diamond". */
  readonly shape: string;
}

export interface DotAxis {
  readonly title: string;
  /** d3 number format. */
  readonly format: string;
}

const width = 360;
const bare = { ticks: false, domain: false, grid: false };

// A line of no length, hidden by its dot, where there is no interval: a filter would draw the axis from two sources.
const withLine = (dot: Dot): Dot => ({ ...dot, low: dot.low ?? dot.value, high: dot.high ?? dot.value });

/** From the tenth below the smallest bound to 1: dots, unlike bars, need no zero. */
function domainOf(dots: readonly Dot[]): [number, number] {
  const smallest = Math.min(...dots.map(({ value, low }) => Math.min(value, low ?? value)));
  return [Math.max(0, Math.floor(smallest * 10 - 1e-9) / 10), 1];
}

/**
 * Dots with interval lines, a row a name, grouped under headings; different kinds lie side by side in a row.
 * @throws InputError where there is nothing to draw
 */
export function intervalDots(
  frame: ChartFrame,
  dots: readonly Dot[],
  kinds: readonly DotKind[],
  axis: DotAxis,
): ChartSpec {
  if (dots.length === 0) throw new InputError('There are no figures to draw');
  const used = kinds.filter(({ kind }) => dots.some((dot) => dot.kind === kind));
  // Side by side only where one name has several kinds.
  const names = dots.map(({ group, name }) => `${group}\n${name}`);
  const offset = new Set(names).size < names.length;
  const grouped = dots.some(({ group }) => group);
  const domain = used.map(({ kind }) => kind);
  const color = {
    field: 'kind',
    type: 'nominal',
    scale: { domain, range: used.map((kind) => kind.color) },
    legend: used.length > 1 ? {} : null,
  };
  const shape = { ...color, scale: { domain, range: used.map((kind) => kind.shape) } };
  const x = {
    field: 'value',
    type: 'quantitative',
    title: axis.title,
    scale: { domain: domainOf(dots), nice: false, zero: false },
    axis: { format: axis.format, tickCount: 6 },
  };
  const tooltip = [
    ...(grouped ? [{ field: 'group', title: 'group' }] : []),
    { field: 'name', title: 'name' },
    { field: 'kind', title: 'kind' },
    { field: 'text', title: axis.title },
  ];
  const panel = (group: string, last: boolean): ChartSpec => {
    const xAxis = last
      ? {}
      : { axis: { ...x.axis, labels: false, ticks: false, domain: false }, title: null };
    return {
      ...(group && { title: { text: group, fontSize: 13, offset: 6 } }),
      width,
      height: { step: offset ? 44 : 28, for: 'position' },
      data: { values: dots.filter((dot) => dot.group === group).map(withLine) },
      encoding: {
        y: { field: 'name', type: 'nominal', sort: null, title: null, axis: bare },
        ...(offset && { yOffset: { field: 'kind', type: 'nominal', sort: null, scale: { domain } } }),
        tooltip,
      },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2.5, strokeCap: 'round' },
          encoding: { x: { ...x, ...xAxis, field: 'low' }, x2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 110, opacity: 1 },
          encoding: { x: { ...x, ...xAxis }, color, shape },
        },
        {
          mark: { type: 'text', align: 'left', fontSize: 12 },
          encoding: { x: { value: width + 12 }, text: { field: 'text' } },
        },
      ],
    };
  };
  const groups = [...new Set(dots.map(({ group }) => group))];
  const panels = groups.map((group, i) => panel(group, i === groups.length - 1));
  return chart(frame, grouped ? { vconcat: panels, spacing: 14 } : panels[0]!);
}
