import { evaluateConfusion } from '../evaluation/evaluate-confusion';
import type { Evaluation } from '../evaluation/evaluation';
import { formatFigure, formatPercent } from '../evaluation/format-figure';
import { contrast, ink, mixColors } from './colors';
import { type ChartOptions, type ChartSpec, chart } from './theme';

const pale = '#eef1f5';
const onDiagonal = '#0b5394';
const beside = '#b3400a';

const readableOn = (fill: string): string =>
  contrast(fill, '#ffffff') > contrast(fill, '#1a1a1a') ? '#ffffff' : '#1a1a1a';

// A model that gives one answer whatever it sees has learnt nothing, however often that answer is right.
function finding(labels: readonly string[], confusion: Evaluation['confusion']): string {
  const count = confusion.flat().reduce((a, b) => a + b, 0);
  const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const called = labels.filter((_, j) => confusion.some((row) => row[j]! > 0));
  if (right === count)
    return `${count > 1 ? `All ${count} pictures are` : 'The one picture is'} called rightly`;
  return called.length === 1
    ? `Every picture is called ${called[0]}: rightly ${right} of ${count}`
    : `${right} of ${count} pictures are called rightly`;
}

/**
 * True classes down, predicted classes across; each cell's count and its share of the row. Blue is right, red-brown is
 * wrong, stronger is more; nothing is no colour, on a dark page too.
 * @throws InputError for a matrix without pictures
 */
export function confusionMatrixChart(
  evaluation: Pick<Evaluation, 'labels' | 'confusion'>,
  options: ChartOptions = {},
): ChartSpec {
  const { labels, confusion } = evaluation;
  const { count, accuracy } = evaluateConfusion(confusion, labels);
  const values = labels.flatMap((truth, i) => {
    const total = confusion[i]!.reduce((a, b) => a + b, 0);
    return labels.map((predicted, j) => {
      const n = confusion[i]![j]!;
      const fill = n ? mixColors(pale, i === j ? onDiagonal : beside, n / total) : 'transparent';
      return {
        truth,
        predicted,
        count: n,
        share: total ? formatPercent(n / total) : 'no pictures',
        fill,
        text: n ? readableOn(fill) : ink,
      };
    });
  });
  const size = Math.max(70, Math.min(110, 330 / labels.length));
  const scale = { padding: 0.03 };
  const axis = { labelAngle: 0, ticks: false, domain: false, titleFontWeight: 'bold' };
  const label = (field: string, style: object, place: object) => ({
    mark: { type: 'text', ...style },
    encoding: { text: { field }, color: { field: 'text', type: 'nominal', scale: null }, ...place },
  });
  return chart(
    {
      options,
      title: finding(labels, confusion),
      subtitle: [`Accuracy ${formatFigure(accuracy)}; shares are of the row`],
      description: `${count} pictures, accuracy ${formatFigure(accuracy)}. ${values
        .map((cell) => `True ${cell.truth} called ${cell.predicted}: ${cell.count} (${cell.share})`)
        .join('; ')}.`,
      result: true,
    },
    {
      width: size * labels.length,
      height: size * labels.length,
      data: { values },
      encoding: {
        x: {
          field: 'predicted',
          type: 'nominal',
          sort: null,
          title: 'predicted',
          scale,
          axis: { ...axis, orient: 'top' },
        },
        y: { field: 'truth', type: 'nominal', sort: null, title: 'true', scale, axis },
        tooltip: [
          { field: 'truth', title: 'true class' },
          { field: 'predicted', title: 'predicted' },
          { field: 'count', title: 'pictures' },
          { field: 'share', title: 'share of the row' },
        ],
      },
      layer: [
        {
          mark: { type: 'rect', cornerRadius: 4, stroke: ink, strokeOpacity: 0.3 },
          encoding: { color: { field: 'fill', type: 'nominal', scale: null } },
        },
        label('count', { fontSize: 24, fontWeight: 'bold', dy: -6 }, {}),
        label('share', { fontSize: 12, dy: 18 }, {}),
      ],
    },
  );
}
