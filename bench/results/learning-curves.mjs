import { byCount } from './experiments.mjs';
import { kindsNamed } from './kinds.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { formatFigure } = library('index');

const perClass = [5, 10, 20, 40, 69];
const shown = kindsNamed('pixels', 'random', 'fractal', 'mobilenet');

/** Accuracy by number of training pictures. */
export async function compute(context) {
  const rows = [];
  for (const kind of shown) {
    rows.push({ ...kind, points: await byCount(context, perClass, kind) });
    context.say(`learning curve, ${kind.name}: ${formatFigure(rows.at(-1).points.at(-1).accuracy)}`);
  }
  return rows;
}

export const render = (rows) => [
  '## By number of training pictures',
  '',
  'Normal against pneumonia, both of the Kaggle train folder: accuracy by training pictures a class, 5 folds × 3 seeds, ' +
    'patients kept together, tested on the same held-out patients whatever the number.',
  '',
  ...table(
    ['features', ...rows[0].points.map(({ perClass: count }) => `${count} a class`)],
    rows.map(({ name, points }) => [name, ...points.map(({ accuracy }) => formatFigure(accuracy))]),
  ),
  '',
];
