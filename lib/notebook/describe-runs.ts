import { weightsName } from '../networks/weights-words';
import { resultNotices } from '../plots/theme';
import type { KeptRun } from '../transfer/kept-runs';
import { type Table, table } from './table';

const isRun = (value: unknown): value is KeptRun =>
  typeof value === 'object' &&
  value !== null &&
  ['name', 'date', 'backbone', 'parameters', 'history', 'evaluation'].every((key) => key in value);

/** Whether a value is a list of kept runs. */
export const isRuns = (value: unknown): value is readonly KeptRun[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRun);

/** Kept runs as a table, a row a run: when, with which weights and parameters, how good. */
export const describeRuns = (runs: readonly KeptRun[]): Table =>
  table(
    runs.map(({ name, date, changed, backbone, classes, preset, parameters, evaluation }) => ({
      run: name,
      'date (UTC)': date.slice(0, 16).replace('T', ' '),
      weights: weightsName(backbone.weights),
      classes: classes.join(', '),
      preset,
      preprocessing: parameters.preprocessing,
      epochs: parameters.epochs,
      'learning rate': parameters.learningRate,
      copies: parameters.augment,
      accuracy: evaluation?.accuracy ?? null,
      AUROC: evaluation?.auroc ?? null,
      'earlier run, other in': changed ?? '',
    })),
    {
      caption: `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`,
      columns: [
        ...['run', 'date (UTC)', 'weights', 'classes', 'preset', 'preprocessing', 'epochs'],
        { key: 'learning rate', digits: 5 },
        ...['copies', 'accuracy', 'AUROC'],
        ...(runs.some(({ changed }) => changed !== undefined) ? ['earlier run, other in'] : []),
      ],
      note: resultNotices(runs.some(({ synthetic }) => synthetic)).join(' '),
    },
  );
