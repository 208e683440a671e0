import type { Figure } from '../evaluation/figure';
import { formatFigure, formatPercent } from '../evaluation/format-figure';
import { accent, ink } from './colors';
import { type Dot, intervalDots } from './interval-dots';
import { spanOf } from './span-of';
import type { ChartOptions, ChartSpec } from './theme';

/** How much of the maps of one method lies inside a region. */
export interface RegionShare {
  /** "lungs", "findings". */
  readonly region: string;
  /** "Grad-CAM". */
  readonly method: string;
  /** Of the maps, in [0, 1]. */
  readonly share: Figure;
  /** Of the pictures: what a map would have that is the same everywhere. */
  readonly area: Figure;
}

const kinds = [
  { kind: 'share of the map', color: accent, shape: 'circle' },
  { kind: 'share of the picture', color: ink, shape: 'square' },
];

/**
 * For each region and method the share of the maps inside, the region's share of the pictures beside.
 * @throws InputError if there are no shares
 */
export function insideShareChart(rows: readonly RegionShare[], options: ChartOptions = {}): ChartSpec {
  const regions = [...new Set(rows.map(({ region }) => region))];
  const dots = regions.flatMap((group) =>
    rows
      .filter(({ region }) => region === group)
      .flatMap(({ method, share, area }): Dot[] => [
        { group, name: method, kind: kinds[0]!.kind, ...share, text: formatFigure(share) },
        { group, name: method, kind: kinds[1]!.kind, ...area, text: formatFigure(area) },
      ]),
  );
  const words = dots.map(({ group, name, kind, text }) => `${group}, ${name}: ${kind} ${text}`);
  return intervalDots(
    {
      options,
      title: `Share of the maps inside: ${spanOf(
        rows.map(({ method, region, share }) => ({ name: `${method}, ${region}`, value: share.value })),
        formatPercent,
      )}`,
      subtitle: ['Lines are 95 % intervals over the patients.'],
      description: `Shares with 95 % intervals: ${words.join('; ')}.`,
      result: true,
    },
    dots,
    kinds,
    { title: 'share inside', format: '.0%' },
  );
}
