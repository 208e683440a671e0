import { oneSource } from './experiments.mjs';
import { kinds } from './kinds.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { formatFigure } = library('index');
const { meanWithInterval } = library('evaluation/mean-with-interval');

/** Normal against pneumonia of one hospital, for every kind of features. */
export async function compute(context) {
  const rows = [];
  for (const kind of kinds) {
    rows.push({ name: kind.name, draws: await oneSource(context, kind) });
    context.say(`one source, ${kind.name}: AUROC ${mean(rows.at(-1).draws, 'auroc')}`);
  }
  return rows;
}

const mean = (draws, key) =>
  formatFigure(
    meanWithInterval(
      draws.map((draw) => draw[key]),
      { range: [0, 1] },
    ),
  );

export const render = (rows) => [
  '## One source: normal against pneumonia',
  '',
  '200 training pictures a class from the Kaggle train folder, 5 draws; tested on its whole test folder (234 + 390). ' +
    'Mean with 95 % interval over the draws. The last column leaves out test pictures whose patient number occurs in the draw.',
  '',
  ...table(
    ['features', 'AUROC', 'AUROC by draw', 'accuracy', 'AUROC, other patients'],
    rows.map(({ name, draws }) => [
      name,
      mean(draws, 'auroc'),
      draws.map(({ auroc }) => auroc.toFixed(3)).join(', '),
      mean(draws, 'accuracy'),
      mean(draws, 'other'),
    ]),
  ),
  '',
  'Here both classes come from one hospital, and no source helps.',
  '',
];
