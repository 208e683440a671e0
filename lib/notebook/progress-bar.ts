import { interruptSignal } from '../core/interrupt';
import type { OnProgress, Progress } from '../core/progress';
import { display, inNotebook } from './display';

/** Milliseconds between two updates of the display. */
const interval = 100;
const width = 24;
const kept = 12;

/** Seconds as people say them: "4 s", "2 min 05 s", "1 h 02 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const padded = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${padded(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${padded(Math.floor((whole % 3600) / 60))} min`;
}

/**
 * One stage as a line: bar, share, count, rate, time left or taken, remark.
 * @param elapsed seconds since the stage began
 * @param first how much was done when it began, which says nothing of its speed
 */
export function progressLine({ stage, done, total, note }: Progress, elapsed: number, first = 0): string {
  const rate = elapsed > 0 ? (done - first) / elapsed : 0;
  const finished = total !== undefined && done >= total;
  const share = total ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.round(share * width);
  const left = total !== undefined && rate > 0 ? `${formatSeconds((total - done) / rate)} left` : '';
  return [
    stage,
    total ? `${'█'.repeat(full)}${'░'.repeat(width - full)} ${Math.floor(share * 100)} %` : '',
    total === undefined ? `${done}` : `${done}/${total}`,
    rate > 0 ? `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s` : '',
    finished ? `${formatSeconds(elapsed)} taken` : left,
    note ?? '',
  ]
    .filter(Boolean)
    .join('  ');
}

interface Stage {
  readonly start: number;
  readonly first: number;
  line: string;
}

/**
 * A progress bar under the cell, for `onProgress`: one display, a line a stage, replaced at most ten times a second.
 * Outside a notebook it shows nothing. When the cell is interrupted, the work ends at its next message; what was computed
 * until then is kept.
 * @param title above the lines; default none
 */
export function progressBar(title = ''): OnProgress {
  if (!inNotebook()) return () => undefined;
  const stages = new Map<string, Stage>();
  let update: ReturnType<typeof display> | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;

  const draw = () => {
    clearTimeout(waiting);
    waiting = undefined;
    shownAt = performance.now();
    const lines = [...stages.values()].slice(-kept).map(({ line }) => line);
    const bundle = { 'text/plain': [title, ...lines].filter(Boolean).join('\n') };
    if (update) update(bundle);
    else update = display(bundle);
  };

  return (progress) => {
    interruptSignal()?.throwIfAborted();
    const now = performance.now();
    const stage = stages.get(progress.stage) ?? { start: now, first: progress.done, line: '' };
    stage.line = progressLine(progress, (now - stage.start) / 1000, stage.first);
    stages.set(progress.stage, stage);
    const rest = shownAt + interval - now;
    // A stage's end at once: the cell may end with it, and an output that comes later is not saved.
    if (rest <= 0 || progress.done === progress.total) draw();
    // The last message must be shown too, whatever came shortly before it; it keeps no process alive.
    else waiting ??= setTimeout(draw, rest).unref();
  };
}
