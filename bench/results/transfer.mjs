import { folds, oneSource } from './experiments.mjs';
import { kindsNamed } from './kinds.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { compareCrossValidations, formatFigure } = library('index');
const { meanWithInterval } = library('evaluation/mean-with-interval');
const { pairedDifference } = library('evaluation/paired-difference');

const two = ['covid', 'normal'];
const three = ['covid', 'normal', 'pneumonia'];
const shown = kindsNamed('pixels', 'random', 'fractal', 'refitted', 'mobilenet');
/** Which is set against which. */
const pairs = [
  ['random', 'pixels'],
  ['fractal', 'random'],
  ['refitted', 'random'],
  ['mobilenet', 'refitted'],
];

async function figuresOf(context, kind) {
  const phantomsTwo = await folds(context, 'phantoms', two, kind);
  const phantomsThree = await folds(context, 'phantoms', three, kind);
  const xraysThree = await folds(context, 'X-rays', three, kind);
  const draws = await oneSource(context, kind);
  return { ...kind, phantomsTwo, phantomsThree, xraysThree, draws };
}

/** Every kind of features on phantoms and on X-rays. */
export async function compute(context) {
  const rows = [];
  for (const kind of shown) {
    rows.push(await figuresOf(context, kind));
    context.say(`transfer, ${kind.name}: ${formatFigure(rows.at(-1).phantomsTwo.accuracy)} on phantoms`);
  }
  return rows;
}

const over = (draws, key) => draws.map((draw) => draw[key]);

function differenceRow(rows, [id, from]) {
  const [a, b] = [id, from].map((wanted) => rows.find((row) => row.id === wanted));
  return [
    `${a.name} − ${b.name}`,
    ...['phantomsTwo', 'phantomsThree', 'xraysThree'].map((task) =>
      formatFigure(compareCrossValidations(a[task], b[task])),
    ),
    ...['accuracy', 'auroc'].map((key) =>
      formatFigure(pairedDifference(over(a.draws, key), over(b.draws, key), { range: [-1, 1] })),
    ),
  ];
}

export const render = (rows) => [
  '## What transfers',
  '',
  'Preset `sound`: a linear head on frozen features. Phantoms: those of `npm start`, 69 a class, in which no source gives the class ' +
    'away. Accuracy over 5 folds × 3 seeds, patients kept together, with the 95 % interval of Nadeau and Bengio. Kaggle: normal against ' +
    'pneumonia, five draws of 200 training pictures a class, tested on the whole test folder; mean with interval over the draws.',
  '',
  ...table(
    [
      'features',
      'phantoms: COVID-like against normal',
      'phantoms: three classes',
      'X-rays: three classes',
      'Kaggle: accuracy',
      'Kaggle: AUROC',
    ],
    rows.map(({ name, phantomsTwo, phantomsThree, xraysThree, draws }) => [
      name,
      ...[phantomsTwo, phantomsThree, xraysThree].map(({ accuracy }) => formatFigure(accuracy)),
      ...['accuracy', 'auroc'].map((key) =>
        formatFigure(meanWithInterval(over(draws, key), { range: [0, 1] })),
      ),
    ]),
  ),
  '',
  'The same as differences, fold by fold and draw by draw; an interval without 0 in it shows a difference.',
  '',
  ...table(
    [
      'difference',
      'phantoms: two classes',
      'phantoms: three',
      'X-rays: three',
      'Kaggle: accuracy',
      'Kaggle: AUROC',
    ],
    pairs.map((pair) => differenceRow(rows, pair)),
  ),
  '',
];
