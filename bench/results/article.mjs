import { of, sample } from './data.mjs';
import { seed } from './experiments.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { evaluate, formatFigure, splitDataset, transferLearn, weightsAtHand } = library('index');
const { articleAccuracy } = library('report/article-accuracy');

const networks = ['mobilenet', 'vgg16', 'vgg19', 'resnet50', 'resnet50v2'];
const two = ['covid', 'normal'];
const three = [...two, 'pneumonia'];

async function runOf({ covid, train }, backbone, classes, preset) {
  const pictures = classes.flatMap((name) =>
    name === 'covid' ? covid : sample(of(train, name), 69, 'article'),
  );
  const grouping = preset === 'article' ? 'image' : 'patient';
  const split = splitDataset(pictures, { test: 0.2, seed, grouping });
  const { weights } = await weightsAtHand(backbone);
  const model = await transferLearn(split, { backbone, weights, preset, seed, augment: 0 });
  const { accuracy, confusion } = await evaluate(model, split.test);
  return { backbone, title: model.backbone.title, weights, classes, preset, accuracy, confusion };
}

/** The article's networks on its protocol and on a sounder one. */
export async function compute({ data, keep, say }) {
  const runs = [];
  for (const backbone of networks)
    for (const classes of articleAccuracy(backbone, three) ? [two, three] : [two])
      for (const preset of ['article', 'sound']) {
        const name = `article, ${backbone}, ${classes.join()}, ${preset}`;
        runs.push(await keep(name, () => runOf(data, backbone, classes, preset)));
        say(`${name}: ${formatFigure(runs.at(-1).accuracy)}`);
      }
  return runs;
}

export const render = (runs) => [
  "## The article's protocol",
  '',
  "Split picture by picture, seed 42, validated on the test part as there; no rotated copies. `sound` is this project's preset on a split by patient.",
  '',
  ...table(
    ['network', 'weights', 'classes', 'preset', 'accuracy', 'confusion (rows true)', 'article'],
    runs.map(({ backbone, title, weights, classes, preset, accuracy, confusion }) => [
      title,
      weights,
      classes.length,
      preset,
      formatFigure(accuracy),
      JSON.stringify(confusion),
      formatFigure(articleAccuracy(backbone, classes) ?? { value: null }),
    ]),
  ),
  '',
];
