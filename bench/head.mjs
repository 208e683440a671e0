import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { articleDataset } from './article-dataset.mjs';
import { compared } from './compared.mjs';
import { inScratch } from './scratch.mjs';
import { median, root, secondsOf, timed } from './timed.mjs';

const require = createRequire(import.meta.url);
const { crossValidate, loadDataset, patientFolds, presets } = require('../dist/index.js');
const { seededRandom } = require('../dist/core/random.js');
const { extractFeatures } = require('../dist/transfer/features.js');
const { withBackbone } = require('../dist/transfer/open-backbone.js');
const { asPictures } = require('../dist/transfer/picture-variants.js');
const { trainHead } = require('../dist/transfer/train-head.js');
const { withValidation } = require('../dist/transfer/with-validation.js');

const folds = 5;
const titles = { vgg16: 'VGG16', resnet50: 'ResNet50', mobilenet: 'MobileNet', pixels: '32×32 pixels' };
const parameters = { ...presets.article, augment: 0 };

/** The head of one fold in memory: what its 25 epochs take, nothing beside. */
async function oneHead({ features, xrays, fold, repeats }) {
  const indexOf = new Map(xrays.map((xray, i) => [xray, i]));
  const labelled = (part) => ({
    data: features.data,
    dimension: features.dimension,
    variants: part.map((xray) => [indexOf.get(xray)]),
    classes: part.map(({ label }) => (label === 'covid' ? 0 : 1)),
  });
  const training = {
    train: labelled(fold.train),
    validation: labelled(fold.validation),
    classCount: 2,
    parameters,
    classWeights: [1, 1],
    random: seededRandom('bench'),
  };
  await trainHead(training);
  const seconds = [];
  for (let repeat = 0; repeat < repeats; repeat++) seconds.push(await secondsOf(() => trainHead(training)));
  return median(seconds);
}

/**
 * The article's head on cached features, over and over: 25 epochs of one, then every fold of several seeds as users run
 * it (`crossValidate`, which finds the features in the cache), against the same trainings in Keras on the same features.
 * @param seeds of ours; each is five trainings
 * @param peerFolds of Keras', the others at their median
 * @returns rows of the table of results
 */
export async function manyHeads({
  count = 138,
  networks = ['vgg16', 'resnet50'],
  seeds = 50,
  peerFolds = 10,
  repeats,
  python,
  say,
}) {
  return inScratch(async (work) => {
    process.env.XRAY_CACHE = path.join(work, 'cache');
    const what = await articleDataset(path.join(work, 'dataset'), count);
    const xrays = await loadDataset(path.join(work, 'dataset'));
    const rows = [];
    for (const network of networks)
      rows.push(...(await ofNetwork({ network, xrays, what, work, seeds, peerFolds, repeats, python, say })));
    return rows;
  });
}

async function ofNetwork({ network, xrays, what, work, seeds, peerFolds, repeats, python, say }) {
  const pictures = asPictures(xrays);
  const options = { backbone: network, weights: 'random', preset: 'article', augment: 0 };
  const features = await withBackbone(
    // As transferLearn opens it.
    { name: network, cut: undefined, weights: 'random', seed: 42, preprocessing: 'scale' },
    (base) => extractFeatures(pictures, base, parameters),
  );
  const divisions = Array.from({ length: seeds }, (_, seed) =>
    patientFolds(xrays, { folds, seed }).map((fold) =>
      withValidation(
        { ...fold, validation: [], classes: ['covid', 'normal'], seed, grouping: 'patient' },
        'sound',
      ),
    ),
  );
  const [{ train, test: validation }] = patientFolds(xrays, { folds, seed: 0 });
  const single = await oneHead({ features, xrays, fold: { train, validation }, repeats });
  say(`${titles[network]}: a head of ${features.dimension} features in ${single.toFixed(3)} s`);

  let computed = 0;
  const onProgress = ({ stage, done }) => {
    if (stage.startsWith('features')) computed += done;
  };
  const here = await secondsOf(() =>
    crossValidate(xrays, { ...options, folds, seeds: divisions.map((_, seed) => seed), onProgress }),
  );
  if (computed)
    throw new Error(`${titles[network]}: features were computed where they should have been cached`);
  say(`${titles[network]}: ${seeds} seeds × ${folds} folds in ${here.toFixed(1)} s`);

  let peer;
  if (python) {
    writeFileSync(path.join(work, 'features.f32'), features.data);
    const indexOf = new Map(xrays.map((xray, i) => [xray, i]));
    const rowsOf = (part) => part.map((xray) => indexOf.get(xray));
    writeFileSync(
      path.join(work, 'folds.json'),
      JSON.stringify({
        dimension: features.dimension,
        classes: xrays.map(({ label }) => (label === 'covid' ? 0 : 1)),
        folds: divisions
          .flat()
          .slice(0, peerFolds)
          .map(({ train, validation }) => ({ train: rowsOf(train), test: rowsOf(validation) })),
      }),
    );
    const { result } = await timed(python, [path.join(root, 'bench', 'peers', 'many_heads.py'), work]);
    peer = median(result.seconds) * seeds * folds;
    say(`${titles[network]}: Keras ${median(result.seconds).toFixed(2)} s a fold`);
  }
  return [
    compared({
      name: `25 epochs of the article's head on ${train.length} pictures, ${features.dimension} features (${titles[network]})`,
      here: single,
      most: 0.5,
    }),
    compared({
      name: `${seeds} seeds × ${folds} folds of ${titles[network]}, ${xrays.length} ${what}, features cached`,
      here,
      peer,
      least: 10,
      most: (60 * seeds) / 50,
      note: python && `Keras measured on ${peerFolds} folds, the others at their median`,
    }),
  ];
}
