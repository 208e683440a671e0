import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { articleDataset } from './article-dataset.mjs';
import { compared } from './compared.mjs';
import { median, root, timed } from './timed.mjs';

const cli = path.join(root, 'dist', 'cli.js');

/**
 * What a user waits for before anything is computed, whole processes: help, a notebook's first cell, one picture's
 * classes by a trained VGG16; against the same in Python with Keras.
 * @returns rows of the table of results
 */
export async function startUp({ repeats, python, say }) {
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  try {
    const dataset = path.join(work, 'dataset');
    await articleDataset(dataset, 8);
    const picture = path.join(
      dataset,
      'covid',
      readdirSync(path.join(dataset, 'covid')).find((name) => /\.(png|jpe?g)$/i.test(name)),
    );
    const model = path.join(work, 'model');
    const cache = { XRAY_CACHE: path.join(work, 'cache') };
    await timed(
      process.execPath,
      [
        cli,
        ...['train', '--dataset', dataset, '--classes', 'covid,normal', '--backbone', 'vgg16'],
        ...['--weights', 'random', '--preset', 'article', '--epochs', '1', '--augment', '0'],
        ...['--out', model, '--json'],
      ],
      cache,
    );
    const kerasModel = path.join(work, 'model.keras');
    const predict = path.join(root, 'bench', 'peers', 'predict.py');
    await timed(python, [predict, kerasModel]);

    const imports = 'import json, time; begun = time.perf_counter(); import keras, sklearn.metrics';
    const code = `${imports}; print(json.dumps({"cell": time.perf_counter() - begun}))`;
    const runs = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const empty = { XRAY_CACHE: path.join(work, `cache-${repeat}`) };
      const inKeras = await timed(python, ['-c', code], { TF_CPP_MIN_LOG_LEVEL: '2' });
      runs.push({
        help: (await timed(process.execPath, [cli, '--help'])).seconds,
        cell: (await timed(process.execPath, [path.join(root, 'bench', 'first-cell.mjs')])).result.cell,
        predict: (await timed(process.execPath, [cli, 'predict', model, picture], empty)).seconds,
        inKeras: { start: inKeras.seconds, cell: inKeras.result.cell },
        predictInKeras: (await timed(python, [predict, kerasModel, picture])).seconds,
      });
    }
    const middle = (of) => median(runs.map(of));
    const rows = [
      compared({
        name: 'start of a process: `xray-transfer --help`, against importing Keras',
        here: middle(({ help }) => help),
        peer: middle(({ inKeras }) => inKeras.start),
        most: 0.2,
      }),
      compared({
        name: 'a notebook’s first cell, import of the library, against importing Keras and scikit-learn',
        here: middle(({ cell }) => cell),
        peer: middle(({ inKeras }) => inKeras.cell),
        most: 0.4,
      }),
      compared({
        name: 'one picture’s classes by a trained VGG16, nothing cached, against Keras with the model in one file',
        here: middle(({ predict }) => predict),
        peer: middle(({ predictInKeras }) => predictInKeras),
        most: 2.5,
        bound:
          'of a profile a fifth is the loading of TensorFlow’s library, a fifth the pass of one picture, an eighth the drawing of random weights, which a user’s network reads instead, a tenth the compiling of JavaScript',
      }),
    ];
    for (const { name, here, peer } of rows)
      say(`${name.split(',')[0]}: ${here.toFixed(2)} s, in Keras ${peer.toFixed(2)} s`);
    return rows;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
