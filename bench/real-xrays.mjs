// Writes docs/results.md: what this project's models reach on real X-rays, beside a thumbnail without a network,
// beside random weights, and beside the article. Usage: npm run results [-- --covid DIR --kaggle DIR]
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');
const shared = path.resolve(root, '..', 'shared');
const { values: given } = parseArgs({
  options: {
    covid: { type: 'string', default: path.join(shared, 'data', 'covid-chestxray-dataset') },
    kaggle: { type: 'string', default: path.join(shared, 'data', 'chest_xray') },
    out: { type: 'string', default: path.join(root, 'docs', 'results.md') },
  },
});
if (!existsSync(given.covid) || !existsSync(given.kaggle)) {
  console.error(
    `The real X-rays are not here (${given.covid}, ${given.kaggle}); name them with --covid and --kaggle`,
  );
  process.exit(1);
}
if (!process.env.XRAY_WEIGHTS && existsSync(path.join(shared, 'weights')))
  process.env.XRAY_WEIGHTS = path.join(shared, 'weights');

const dist = (name) => require(path.join(root, 'dist', name));
const {
  createCovidDataset,
  loadDataset,
  patientFolds,
  splitDataset,
  transferLearn,
  evaluate,
  evaluateNotCalled,
} = dist('index');
const { weightsAtHand, formatFigure, describeBackend } = dist('index');
const { meanWithInterval } = dist('evaluation/mean-with-interval');
const { evaluatePredictions } = dist('evaluation/evaluate-predictions');
const { wilson } = dist('evaluation/wilson');
const { seededRandom } = dist('core/random');
const { cacheFolder } = dist('core/settings');
const { writeFileAtomic } = dist('core/files');
const { layersModelFiles } = dist('networks/layers-model-files');
const { tensorflow } = dist('compute/tensorflow');

const started = performance.now();
const say = (text) =>
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}`);

/** A "network" that only averages 7×7 pixels: 32×32 numbers a channel, through the same head. */
async function thumbnailModel() {
  const tf = await tensorflow();
  const folder = path.join(cacheFolder(), 'thumbnail-32');
  const layer = tf.layers.averagePooling2d({
    poolSize: 7,
    strides: 7,
    inputShape: [224, 224, 3],
    name: 'thumbnail',
  });
  const { topology, weights } = await layersModelFiles(tf.sequential({ layers: [layer] }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'model.json'), topology);
  writeFileSync(path.join(folder, 'weights.bin'), weights);
  return folder;
}

const relabel = (xrays, names) => xrays.map((xray) => ({ ...xray, label: names[xray.label] ?? xray.label }));
const lower = { NORMAL: 'normal', PNEUMONIA: 'pneumonia' };
const of = (xrays, label) => xrays.filter((xray) => xray.label === label);
const sample = (xrays, count, seed) => seededRandom(seed).shuffle(xrays).slice(0, count);

const covidFolder = path.join(cacheFolder(), 'real-xrays', 'covid');
const report = await createCovidDataset(given.covid, covidFolder);
const covid = (await loadDataset(path.dirname(covidFolder))).filter(({ label }) => label === 'covid');
const train = relabel(await loadDataset(path.join(given.kaggle, 'train')), lower);
const test = relabel(await loadDataset(path.join(given.kaggle, 'test')), lower);
say(
  `${covid.length} covid (${report.missing.length} missing), ${train.length} train, ${test.length} test pictures`,
);

const thumbnail = await thumbnailModel();
const kinds = [
  { name: 'MobileNet, ImageNet weights', options: { backbone: 'mobilenet', weights: 'imagenet' } },
  { name: 'MobileNet, random weights', options: { backbone: 'mobilenet', weights: 'random' } },
  { name: '32×32 pixels, no network', options: { backbone: thumbnail, cut: 'thumbnail', pooling: 'none' } },
];
const seed = 42;
const lines = [];
const write = (...more) => lines.push(...more);
const row = (...cells) => write(`| ${cells.join(' | ')} |`);
const head = (...cells) => {
  row(...cells);
  row(...cells.map(() => '---'));
};
const share = ({ right, count }) => `${right}/${count}`;

async function crossValidate(classes, options) {
  const accuracies = [];
  let right = 0;
  let count = 0;
  for (let repeat = 0; repeat < 3; repeat++) {
    const pictures = classes.flatMap((name) =>
      name === 'covid' ? covid : sample(of(train, name), covid.length, repeat),
    );
    for (const fold of patientFolds(pictures, { folds: 5, seed: repeat })) {
      const split = { ...fold, validation: [], classes, seed, grouping: 'patient' };
      const evaluation = await evaluate(await transferLearn(split, { ...options, seed }), fold.test);
      accuracies.push(evaluation.accuracy.value);
      right += Math.round(evaluation.accuracy.value * evaluation.count);
      count += evaluation.count;
    }
  }
  return { figure: meanWithInterval(accuracies, { testToTrain: 0.25 }), right, count };
}

// 1. Cross-validation.
write('## Cross-validation, patients kept together', '');
write(
  `Preset \`sound\`, 5 folds × 3 seeds, ${covid.length} pictures a class (the normal and pneumonia pictures drawn anew a seed). ` +
    'Mean accuracy over the folds with its 95 % interval (Nadeau and Bengio), and pictures classed rightly.',
  '',
);
head('features', 'COVID-19 against normal', '', 'three classes', '');
for (const { name, options } of kinds) {
  const two = await crossValidate(['covid', 'normal'], options);
  const three = await crossValidate(['covid', 'normal', 'pneumonia'], options);
  row(name, formatFigure(two.figure), share(two), formatFigure(three.figure), share(three));
  say(`${name}: ${formatFigure(two.figure)}, three classes ${formatFigure(three.figure)}`);
}
write(
  '',
  'The thumbnail sees no lung in any detail and is nearly as good: most of what tells these classes apart is their sources.',
  '',
);

// 2. One source: normal against pneumonia.
write('## One source: normal against pneumonia', '');
write(
  '200 training pictures a class from the Kaggle train folder, 5 draws; tested on its whole test folder (234 + 390). ' +
    'Mean with 95 % interval over the draws. The last column leaves out test pictures whose patient number occurs in the draw.',
  '',
);
head('features', 'AUROC', 'AUROC by draw', 'accuracy', 'AUROC, other patients');
for (const { name, options } of kinds) {
  const draws = [];
  for (let draw = 0; draw < 5; draw++) {
    const chosen = ['normal', 'pneumonia'].flatMap((label) => sample(of(train, label), 200, `draw ${draw}`));
    const split = {
      train: chosen,
      validation: [],
      test,
      classes: ['normal', 'pneumonia'],
      seed,
      grouping: 'patient',
    };
    const model = await transferLearn(split, { ...options, seed });
    const pictures = test.map(({ path: file, sha256 }) => ({ file, sha256, degrees: 0 }));
    const probabilities = await model.probabilities(pictures);
    const evaluation = evaluatePredictions(
      test.map(({ label }) => label),
      probabilities,
      model.classes,
    );
    const known = new Set(chosen.map(({ patientId }) => patientId));
    const other = test.map((_, i) => i).filter((i) => !known.has(test[i].patientId));
    const others = evaluatePredictions(
      other.map((i) => test[i].label),
      other.map((i) => probabilities[i]),
      model.classes,
    );
    draws.push({
      auroc: evaluation.auroc.value,
      accuracy: evaluation.accuracy.value,
      other: others.auroc.value,
    });
  }
  const mean = (key) => formatFigure(meanWithInterval(draws.map((draw) => draw[key])));
  row(
    name,
    mean('auroc'),
    draws.map(({ auroc }) => auroc.toFixed(3)).join(', '),
    mean('accuracy'),
    mean('other'),
  );
  say(`${name}: AUROC ${mean('auroc')}, other patients ${mean('other')}`);
}
write('', 'Here both classes come from one hospital, and the network earns its keep.', '');

// 3. Not COVID.
const negatives = 1000;
write('## Do they say "not COVID"?', '');
write(
  `Preset \`sound\`, three classes: ${covid.length} COVID-19, ${negatives} normal and ${negatives} pneumonia pictures of the train folder ` +
    '(so many because held-out pictures of the train folder were then called COVID-19 most rarely); ' +
    'how many pictures of the Kaggle test folder are not called COVID-19. Beside it, how many COVID-19 pictures such ' +
    'models find in patients they have not seen (5 folds), without which the first figures say nothing.',
  '',
);
head('features', 'normal', 'share', 'pneumonia', 'share', 'COVID-19 found');
const negativePictures = ['normal', 'pneumonia'].flatMap((label) =>
  sample(of(train, label), negatives, 'not covid'),
);
const threeClasses = { validation: [], classes: ['covid', 'normal', 'pneumonia'], seed, grouping: 'patient' };
for (const { name, options } of kinds) {
  const learn = (positives) =>
    transferLearn(
      { ...threeClasses, train: [...positives, ...negativePictures], test: [] },
      { ...options, seed },
    );
  const calls = await evaluateNotCalled(await learn(covid), test, 'covid');
  let found = 0;
  for (const fold of patientFolds(covid, { folds: 5, seed })) {
    const [{ total, count }] = await evaluateNotCalled(await learn(fold.train), fold.test, 'covid');
    found += total - count;
  }
  row(
    name,
    ...calls.flatMap(({ count, total, share: figure }) => [`${count}/${total}`, formatFigure(figure)]),
    `${found}/${covid.length}`,
  );
  say(
    `${name}: ${calls.map(({ label, count, total }) => `${label} ${count}/${total}`).join(', ')}, found ${found}`,
  );
}
row(
  'VGG16 in the article (two classes)',
  '189/234',
  formatFigure(wilson(189, 234)),
  '247/390',
  formatFigure(wilson(247, 390)),
  '–',
);
row(
  'ResNet50V2 in the article (two classes)',
  '231/234',
  formatFigure(wilson(231, 234)),
  '384/390',
  formatFigure(wilson(384, 390)),
  '–',
);
write(
  '',
  'These pictures come from the source of the training negatives. The table shows that the source was learnt, not that COVID-19 was.',
  '',
);

// 4. The article's protocol.
const articleTwo = { vgg16: [26, 27], vgg19: [24, 27], resnet50: [13, 27], resnet50v2: [26, 27] };
const articleThree = { vgg16: 0.85, vgg19: 0.89 };
write("## The article's protocol", '');
write(
  "Split picture by picture, seed 42, validated on the test part as there; no rotated copies. `sound` is this project's preset on a split by patient.",
  '',
);
head('network', 'weights', 'classes', 'preset', 'accuracy', 'confusion (rows true)', 'article');
for (const backbone of ['mobilenet', 'vgg16', 'vgg19', 'resnet50', 'resnet50v2']) {
  const { weights } = await weightsAtHand(backbone);
  const sets = [['covid', 'normal'], ...(articleThree[backbone] ? [['covid', 'normal', 'pneumonia']] : [])];
  for (const classes of sets) {
    const pictures = classes.flatMap((name) =>
      name === 'covid' ? covid : sample(of(train, name), 69, 'article'),
    );
    for (const preset of ['article', 'sound']) {
      const grouping = preset === 'article' ? 'image' : 'patient';
      const split = splitDataset(pictures, { test: 0.2, seed, grouping });
      const model = await transferLearn(split, { backbone, weights, preset, seed, augment: 0 });
      const { accuracy, confusion } = await evaluate(model, split.test);
      const two = articleTwo[backbone];
      const theirs = classes.length === 3 ? articleThree[backbone] : two && formatFigure(wilson(...two));
      row(
        model.backbone.title,
        weights,
        classes.length,
        preset,
        formatFigure(accuracy),
        JSON.stringify(confusion),
        theirs ?? '–',
      );
      say(`${backbone} ${preset} ${classes.length}: ${formatFigure(accuracy)}`);
    }
  }
}

const { backend, tensorflow: version } = await describeBackend();
const hashOf = (xrays) =>
  createHash('sha256')
    .update(
      xrays
        .map(({ sha256 }) => sha256)
        .sort()
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16);
const intro = [
  '# Results on real X-rays',
  '',
  'Generated by `npm run results`; do not edit. For education only, never for diagnosis.',
  '',
  `${new Date().toISOString().slice(0, 10)}, xray-transfer ${require('../package.json').version}, ${backend}${version ? ` (TensorFlow ${version})` : ''}, ` +
    `Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0].model.trim()}. ${Math.round((performance.now() - started) / 60_000)} minutes.`,
  '',
  `Data, SHA-256 over the pictures' hashes: COVID-19 ${covid.length} pictures ${hashOf(covid)}…, Kaggle train ${train.length} ${hashOf(train)}…, test ${test.length} ${hashOf(test)}…. ` +
    `Listed but missing: ${report.missing.join(', ') || 'none'}.`,
  '',
];
await writeFileAtomic(path.resolve(given.out), [...intro, ...lines].join('\n'));
say(`written ${given.out}`);
