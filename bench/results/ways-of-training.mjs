import { drawnAnew, folds, seed } from './experiments.mjs';
import { kindsNamed } from './kinds.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { compareCrossValidations, findLearningRate, formatFigure, splitDataset } = library('index');

const classes = ['covid', 'normal', 'pneumonia'];
const [untrained, mobilenet] = kindsNamed('mobilenet-random', 'mobilenet');

/** What the others are compared with. */
const first = { ...mobilenet, name: 'preset sound, ImageNet weights, frozen' };

/** MobileNet's learning rate by the range test, on four fifths of the patients of one draw. */
const foundRate = ({ data, keep }) =>
  keep(`learning rate, ${classes.join()}`, async () => {
    const split = splitDataset(drawnAnew(data, classes)(0), { test: 0.2, seed });
    const { suggestion } = await findLearningRate(split, { ...mobilenet.options, seed });
    return suggestion;
  });

/** One change at a time, three classes of X-rays, on the same folds. */
export async function compute(context) {
  const rate = await foundRate(context);
  const change = (id, name, options) => ({
    id: `mobilenet, ${id}`,
    name,
    options: { ...first.options, ...options },
  });
  const ways = [
    first,
    change('article', 'preset article', { preset: 'article' }),
    { ...untrained, name: 'random weights' },
    change('augment 2', '2 rotated copies of each training picture', { augment: 2 }),
    change('augment 4', '4 rotated copies of each training picture', { augment: 4 }),
    change('fine-tuned', 'last block fine-tuned', { fineTune: { epochs: 5 } }),
    change(`rate ${rate}`, `learning rate ${rate.toExponential(1)}, by the range test`, {
      learningRate: rate,
    }),
  ];
  const rows = [];
  for (const way of ways) {
    const result = await folds(context, 'X-rays', classes, way);
    rows.push({ name: way.name, result });
    context.say(`ways of training, ${way.name}: ${formatFigure(result.accuracy)}`);
  }
  return rows;
}

export const render = (rows) => [
  '## Ways of training',
  '',
  'MobileNet on three classes of X-rays, 5 folds × 3 seeds, patients kept together. Each row changes one thing about the first; ' +
    'the difference is taken fold by fold, with the 95 % interval of Nadeau and Bengio. An interval that holds 0 shows no difference. ' +
    'Every way is validated on a fifth of the training patients, the preset `article` too. The L2 penalty of `sound` was chosen on ' +
    'pictures of the Kaggle train folder, from which the normal and pneumonia ones here are drawn.',
  '',
  ...table(
    ['way', 'accuracy', 'difference from the first'],
    rows.map(({ name, result }, i) => [
      name,
      formatFigure(result.accuracy),
      i ? formatFigure(compareCrossValidations(result, rows[0].result)) : '',
    ]),
  ),
  '',
];
