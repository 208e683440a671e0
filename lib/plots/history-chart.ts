import { InputError } from '../core/check';
import type { Epoch, History } from '../transfer/history';
import { accent, ink } from './colors';
import { type ChartOptions, type ChartSpec, chart } from './theme';

const sides = ['training', 'validation'] as const;
const fields = {
  loss: { training: 'loss', validation: 'valLoss', title: 'loss (cross-entropy)' },
  accuracy: { training: 'accuracy', validation: 'valAccuracy', title: 'accuracy' },
} as const;
type Panel = keyof typeof fields;

// NaN and infinity, which a diverged training has, are gaps in the line: JSON has neither.
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const rows = (epochs: readonly Epoch[], panel: Panel) =>
  epochs.flatMap((epoch) =>
    sides.map((side) => ({ epoch: epoch.epoch, side, value: finite(epoch[fields[panel][side]]) })),
  );

function panelOf({ epochs, bestEpoch }: History, panel: Panel): ChartSpec {
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    axis: { tickMinStep: 1, grid: false, format: 'd' },
    scale: { domain: [epochs[0]!.epoch, epochs.at(-1)!.epoch], nice: false },
  };
  const accuracyScale = { domain: [0, 1] };
  const color = {
    field: 'side',
    type: 'nominal',
    scale: { domain: sides, range: [ink, accent] },
    legend: { symbolType: 'stroke', symbolStrokeWidth: 3 },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: fields[panel].title,
    ...(panel === 'accuracy' && { scale: accuracyScale }),
  };
  const best = rows(
    epochs.filter(({ epoch }) => epoch === bestEpoch),
    panel,
  ).filter(({ side }) => side === 'validation');
  const tooltip = [
    { field: 'side', title: 'pictures' },
    { field: 'epoch', title: 'epoch' },
    { field: 'value', title: panel, format: '.4f' },
  ];
  const late = bestEpoch > (epochs[0]!.epoch + epochs.at(-1)!.epoch) / 2;
  return {
    width: 300,
    height: 220,
    data: { values: rows(epochs, panel) },
    layer: [
      {
        data: { values: best },
        mark: { type: 'rule', color: ink, strokeDash: [4, 4] },
        encoding: { x },
      },
      { mark: { type: 'line', strokeWidth: 2.5 }, encoding: { x, y, color } },
      {
        mark: { type: 'point', filled: true, size: epochs.length > 60 ? 12 : 26, opacity: 1 },
        encoding: { x, y, color, tooltip },
      },
      {
        data: { values: best },
        mark: { type: 'point', filled: false, size: 130, strokeWidth: 2.5, color: accent },
        encoding: { x, y, tooltip },
      },
      {
        data: { values: best },
        mark: { type: 'text', align: late ? 'right' : 'left', baseline: 'bottom', dx: late ? -6 : 6 },
        encoding: { x, y: { value: -4 }, text: { value: `best epoch ${bestEpoch}` } },
      },
    ],
  };
}

/**
 * Loss and accuracy over the epochs, in two panels; training and validation; the kept epoch marked.
 * @throws InputError for a history without epochs
 */
export function historyChart(history: History, options: ChartOptions = {}): ChartSpec {
  const { epochs, bestEpoch } = history;
  const first = epochs[0];
  const last = epochs.at(-1);
  if (!first || !last) throw new InputError('history has no epochs to draw');
  const best = epochs.find(({ epoch }) => epoch === bestEpoch);
  if (!best)
    throw new InputError(`history.bestEpoch is ${bestEpoch}; it must be one of its ${epochs.length} epochs`);
  const course = (name: string, from: number, to: number) =>
    `${name} from ${from.toFixed(3)} to ${to.toFixed(3)}`;
  return chart(
    {
      options,
      title: `Validation loss is lowest in epoch ${bestEpoch}: ${best.valLoss.toFixed(3)}, with an accuracy of ${best.valAccuracy.toFixed(3)}`,
      description: `${epochs.length} epochs: ${[
        course('training loss', first.loss, last.loss),
        course('validation loss', first.valLoss, last.valLoss),
        course('training accuracy', first.accuracy, last.accuracy),
        course('validation accuracy', first.valAccuracy, last.valAccuracy),
      ].join(
        ', ',
      )}. Best epoch ${bestEpoch}: validation loss ${best.valLoss.toFixed(3)}, validation accuracy ${best.valAccuracy.toFixed(3)}.`,
      result: true,
    },
    { hconcat: [panelOf(history, 'loss'), panelOf(history, 'accuracy')], spacing: 36 },
  );
}
