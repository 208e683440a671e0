import { plural } from '../../core/plural';
import type { QueueStatus } from './status';

/** "3 h 20 min", "45 s". */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A queue's status for people. */
export function statusText({
  done,
  running,
  waiting,
  failed,
  rate,
  secondsLeft,
  workers,
}: QueueStatus): string {
  const speed = rate === null ? [] : [`${rate.toFixed(rate < 10 ? 1 : 0)} pieces a minute`];
  const left = secondsLeft ? [`${durationText(secondsLeft)} left`] : [];
  return [
    `${done} done, ${running.length} running, ${waiting} waiting, ${failed.length} failed; ${plural(workers, 'worker')}`,
    ...running.map(({ piece, worker = '', seconds, progress }) =>
      [
        'running',
        piece,
        progress ? `${progress.done} of ${progress.total ?? '?'}` : '',
        durationText(seconds),
        worker,
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    ...failed.map(({ piece, reason, tries }) => `failed · ${piece} · ${reason} (${tries} tries)`),
    ...(failed.length ? ['`xray-transfer queue retry` tries the failed ones again'] : []),
    [...speed, ...left].join(', '),
  ]
    .filter(Boolean)
    .join('\n');
}
