import type { OnProgress, Progress } from '../core/progress';
import { historyChart } from '../plots/history-chart';
import type { ChartOptions } from '../plots/theme';
import type { Epoch, History } from '../transfer/history';
import { chartOutput } from './chart-output';
import { display, inNotebook } from './display';
import { progressBar } from './progress-bar';

/** Milliseconds between two drawings while training goes on. */
const interval = 350;
/** Milliseconds without an epoch after which the training is taken for over, be it by an interrupt. */
const silence = 700;
/** Epochs that are drawn while training goes on. */
const most = 200;

const isEpoch = (figures: Progress['figures']): figures is Epoch & NonNullable<typeof figures> =>
  figures !== undefined && 'epoch' in figures && 'valLoss' in figures;

/** The course so far; while it goes on, of long ones so many epochs as a chart can show. */
function historyOf(epochs: readonly Epoch[], whole: boolean): History {
  const best = epochs.reduce((one, other) => (other.valLoss < one.valLoss ? other : one));
  const step = whole ? 1 : Math.ceil(epochs.length / most);
  return {
    epochs: epochs.filter((epoch, i) => i % step === 0 || epoch === best || epoch === epochs.at(-1)),
    bestEpoch: best.epoch,
  };
}

/**
 * The curves of a training under the cell while it goes on, below a progress bar, for `onProgress` of `transferLearn` and
 * `fineTune`: one chart, replaced at most three times a second, in the end the same as `plots.history` of the model's
 * history. Outside a notebook it shows nothing.
 * @param options of the chart, as those of `plots.history`
 */
export function liveHistory(options: ChartOptions = {}): OnProgress {
  const bar = progressBar();
  if (!inNotebook()) return bar;
  let epochs: Epoch[] = [];
  let update: ReturnType<typeof display> | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;

  const draw = (last: boolean) => {
    const { bundle, metadata } = chartOutput(historyChart(historyOf(epochs, last), options), last);
    if (update) update(bundle, metadata);
    else update = display(bundle, metadata);
    // What drawing took is training's time too.
    shownAt = performance.now();
  };

  return (progress) => {
    bar(progress);
    const { figures, done, total } = progress;
    if (!isEpoch(figures)) return;
    // Another training with the same bar begins.
    if (figures.epoch <= (epochs.at(-1)?.epoch ?? 0)) epochs = [];
    epochs.push(figures);
    clearTimeout(waiting);
    if (done === total) return draw(true);
    if (epochs.length > 1 && performance.now() - shownAt >= interval) draw(false);
    waiting = setTimeout(() => draw(true), silence).unref();
  };
}
