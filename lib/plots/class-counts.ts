import { checkWhole, InputError } from '../core/check';
import { classesOf } from '../dataset/classes-of';
import type { Split, Xray } from '../dataset/xray';
import { classColors } from './colors';
import { spanOf } from './span-of';
import { type ChartOptions, type ChartSpec, chart } from './theme';

/** How many pictures of a class; `part` is a side of a split, or empty for the whole. */
export interface ClassCount {
  readonly label: string;
  readonly part: string;
  readonly count: number;
}

const isSplit = (counted: object): counted is Split => 'train' in counted && Array.isArray(counted.train);

function countLabels(xrays: readonly Xray[], part: string, classes?: readonly string[]): ClassCount[] {
  const labels = classes ?? classesOf(xrays);
  return labels.map((label) => ({ label, part, count: xrays.filter((xray) => xray.label === label).length }));
}

/** Pictures by class, and by side of a split; sides without pictures are left out. */
export function countClasses(
  counted: readonly Xray[] | Split | Readonly<Record<string, number>>,
): ClassCount[] {
  if (Array.isArray(counted)) return countLabels(counted as readonly Xray[], '');
  if (!isSplit(counted)) return Object.entries(counted).map(([label, count]) => ({ label, part: '', count }));
  const parts = (['train', 'validation', 'test'] as const).filter((part) => counted[part].length > 0);
  return parts.flatMap((part) => countLabels(counted[part], part, counted.classes));
}

/** "205 pictures in 3 classes, from 68 (covid) to 69 (normal)" */
function finding(labels: readonly string[], counts: readonly ClassCount[]): string {
  const totals = labels.map((name) => {
    const own = counts.filter(({ label }) => label === name);
    return { name, value: own.reduce((sum, { count }) => sum + count, 0) };
  });
  const all = totals.reduce((sum, { value }) => sum + value, 0);
  const classes = labels.length === 1 ? '1 class' : `${labels.length} classes`;
  return `${all} pictures in ${classes}, ${spanOf(totals, String).replace(/in all$/, 'each')}`;
}

/**
 * Bars of how many pictures each class has.
 * @param counted pictures, a split (a bar for each side), or counts by class name
 * @throws InputError if there is nothing to count
 */
export function classCounts(
  counted: readonly Xray[] | Split | Readonly<Record<string, number>>,
  options: ChartOptions = {},
): ChartSpec {
  const counts = countClasses(counted);
  if (counts.length === 0) throw new InputError('There are no pictures to count');
  for (const { label, count } of counts) checkWhole(`count of ${label}`, count, 0);
  const labels = [...new Set(counts.map(({ label }) => label))];
  const parts = [...new Set(counts.map(({ part }) => part))];
  const divided = parts.length > 1;
  const values = counts.map((row) => ({
    ...row,
    text: divided ? `${row.count} ${row.part}` : `${row.count}`,
  }));
  const tooltip = [
    { field: 'label', title: 'class' },
    ...(divided ? [{ field: 'part', title: 'part' }] : []),
    { field: 'count', title: 'pictures' },
  ];
  return chart(
    {
      options,
      title: finding(labels, counts),
      description: `Pictures: ${values.map(({ label, text }) => `${label} ${text}`).join(', ')}.`,
      result: false,
    },
    {
      width: 420,
      height: { step: divided ? 22 * parts.length + 14 : 34, for: 'position' },
      data: { values },
      encoding: {
        y: {
          field: 'label',
          type: 'nominal',
          sort: null,
          title: null,
          axis: { ticks: false, domain: false },
        },
        ...(divided && {
          yOffset: { field: 'part', type: 'nominal', sort: null, scale: { paddingInner: 0.12 } },
        }),
        x: {
          field: 'count',
          type: 'quantitative',
          title: 'pictures',
          axis: { tickMinStep: 1, tickCount: 6, grid: false },
        },
        tooltip,
      },
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            color: {
              field: 'label',
              type: 'nominal',
              scale: { domain: labels, range: classColors(labels) },
              legend: null,
            },
          },
        },
        { mark: { type: 'text', align: 'left', dx: 6 }, encoding: { text: { field: 'text' } } },
      ],
    },
  );
}
