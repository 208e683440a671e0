import { of, sample } from './data.mjs';
import { seed } from './experiments.mjs';
import { kindsNamed } from './kinds.mjs';
import { library } from './library.mjs';
import { share, table } from './markdown.mjs';

const { evaluateNotCalled, formatFigure, patientFolds, transferLearn, wilson } = library('index');

const negatives = 1000;
const shown = kindsNamed('pixels', 'fractal', 'mobilenet-random', 'mobilenet');
const article = [
  { name: 'VGG16 in the article (two classes)', normal: [189, 234], pneumonia: [247, 390] },
  { name: 'ResNet50V2 in the article (two classes)', normal: [231, 234], pneumonia: [384, 390] },
];

async function ofKind({ covid, train, test }, { name, options }) {
  const negativePictures = ['normal', 'pneumonia'].flatMap((label) =>
    sample(of(train, label), negatives, 'not covid'),
  );
  const classes = ['covid', 'normal', 'pneumonia'];
  const learn = (positives) =>
    transferLearn(
      {
        train: [...positives, ...negativePictures],
        validation: [],
        test: [],
        classes,
        seed,
        grouping: 'patient',
      },
      { ...options, seed },
    );
  const calls = await evaluateNotCalled(await learn(covid), test, 'covid');
  let found = 0;
  for (const fold of patientFolds(covid, { folds: 5, seed })) {
    const [{ total, count }] = await evaluateNotCalled(await learn(fold.train), fold.test, 'covid');
    found += total - count;
  }
  return { name, calls, found };
}

/** Whether pictures without COVID-19 are called COVID-19. */
export async function compute({ data, keep, say }) {
  const rows = [];
  for (const kind of shown) {
    rows.push(await keep(`not covid, ${kind.id}`, () => ofKind(data, kind)));
    const { calls, found } = rows.at(-1);
    say(
      `${kind.name}: ${calls.map(({ label, count, total }) => `${label} ${count}/${total}`).join(', ')}, found ${found}`,
    );
  }
  return { count: data.covid.length, rows };
}

export const render = ({ count, rows }) => [
  '## Do they say "not COVID"?',
  '',
  `Preset \`sound\`, three classes: ${count} COVID-19, ${negatives} normal and ${negatives} pneumonia pictures of the train folder ` +
    '(so many because held-out pictures of the train folder were then called COVID-19 most rarely); ' +
    'how many pictures of the Kaggle test folder are not called COVID-19. Beside it, how many COVID-19 pictures such ' +
    'models find in patients they have not seen (5 folds), without which the first figures say nothing.',
  '',
  ...table(
    ['features', 'normal', 'share', 'pneumonia', 'share', 'COVID-19 found'],
    [
      ...rows.map(({ name, calls, found }) => [
        name,
        ...calls.flatMap(({ count: right, total, share: figure }) => [
          share({ right, count: total }),
          formatFigure(figure),
        ]),
        share({ right: found, count }),
      ]),
      ...article.map(({ name, normal, pneumonia }) => [
        name,
        ...[normal, pneumonia].flatMap(([right, total]) => [
          share({ right, count: total }),
          formatFigure(wilson(right, total)),
        ]),
        '–',
      ]),
    ],
  ),
  '',
  'These pictures come from the source of the training negatives. The table shows that the source was learnt, not that COVID-19 was.',
  '',
];
