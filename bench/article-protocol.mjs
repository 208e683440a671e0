import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { secondsOfAllEpochs } from './all-epochs.mjs';
import { articleDataset } from './article-dataset.mjs';
import { compared } from './compared.mjs';
import { root, timed, typical } from './timed.mjs';

const epochs = 25;
const kerasNames = { vgg16: 'VGG16', vgg19: 'VGG19', resnet50: 'ResNet50', resnet50v2: 'ResNet50V2' };
/** How many times faster than the article's script without and with four rotated copies, and than an expert's. */
const goals = {
  vgg16: { article: { 0: 20, 4: 5.5 }, expert: 1.3 },
  resnet50: { article: { 0: 17, 4: 5 }, expert: 1.5 },
};
const rerunGoal = 5;

/**
 * The article's protocol as users run it, `xray-transfer train` with an empty cache, then again with it filled, against
 * the same in Keras: by the article's script, and by an expert's, which computes features once. Processes from start
 * to end, one after the other, ours and the expert's in turn.
 * @param count pictures in two classes
 * @param peerEpochs epochs of the article's script that are run, 1 to 25; the others are added at their mean
 * @returns rows of the table of results
 */
export async function articleProtocol({ network, count, peerEpochs, repeats, python, say }) {
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  const dataset = path.join(work, 'dataset');
  const title = kerasNames[network];
  const inKeras = (script, epochs) =>
    timed(python, [path.join(root, 'bench', 'peers', script), dataset, String(epochs), title]);
  try {
    const what = `${title}, ${count} ${await articleDataset(dataset, count)}`;
    const article = await inKeras('article.py', peerEpochs);
    const articleSeconds = secondsOfAllEpochs(article.seconds, article.result.epochs, epochs);
    const scaled =
      peerEpochs < epochs
        ? `${peerEpochs} of Keras’ ${epochs} epochs run, the others added at their mean`
        : undefined;
    say(
      `the article's script: ${article.seconds.toFixed(1)} s for ${peerEpochs} epochs, ${articleSeconds.toFixed(1)} s for ${epochs}`,
    );
    const expert = [];
    const runs = { 0: { cold: [], warm: [] }, 4: { cold: [], warm: [] } };
    for (const copies of [0, 4])
      for (let repeat = 0; repeat < repeats; repeat++) {
        const cache = path.join(work, 'cache');
        const run = () => train({ dataset, network, copies, cache, out: path.join(work, 'model') });
        for (const kind of ['cold', 'warm']) runs[copies][kind].push(await run());
        rmSync(cache, { recursive: true });
        if (copies === 0) expert.push(await inKeras('expert.py', epochs));
        const [cold, warm] = ['cold', 'warm'].map((kind) => runs[copies][kind].at(-1).seconds.toFixed(1));
        say(
          `${copies} copies: ${cold} s, again ${warm} s${copies ? '' : `; the expert's ${expert.at(-1).seconds.toFixed(1)} s`}`,
        );
      }
    return [0, 4].flatMap((copies) => {
      const label = copies ? `${copies} rotated copies a training picture` : 'no rotated copies';
      const cold = typical(runs[copies].cold);
      const warm = typical(runs[copies].warm);
      const against = { peer: articleSeconds, note: scaled };
      const rows = [
        compared({
          name: `${what}, ${label}, from cold, against the article's script`,
          here: cold.seconds,
          ...against,
          least: goals[network]?.article[copies],
          bound: parts(cold),
        }),
        compared({
          name: `${what}, ${label}, features cached, against the article's script`,
          here: warm.seconds,
          ...against,
          most: rerunGoal,
          bound: parts(warm),
        }),
      ];
      if (copies) return rows;
      const peer = typical(expert);
      const versus = compared({
        name: `${what}, ${label}, from cold, against an expert's Keras`,
        here: cold.seconds,
        peer: peer.seconds,
        least: goals[network]?.expert,
        bound: `${parts(cold)}; there ${partsOf(peer.seconds, peer.result)}`,
      });
      return [rows[0], versus, rows[1]];
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const train = ({ dataset, network, copies, cache, out }) =>
  timed(
    process.execPath,
    [
      path.join(root, 'dist', 'cli.js'),
      ...['train', '--dataset', dataset, '--classes', 'covid,normal', '--backbone', network],
      ...['--weights', 'random', '--preset', 'article', '--epochs', String(epochs)],
      ...['--augment', String(copies), '--out', out, '--json'],
    ],
    { XRAY_CACHE: cache },
  );

const partsOf = (seconds, { features, head }) =>
  `${features.toFixed(1)} s of ${seconds.toFixed(1)} are features, ${head.toFixed(1)} the head, ` +
  `${(seconds - features - head).toFixed(1)} start and evaluation`;
const parts = ({ seconds, result }) => `here ${partsOf(seconds, result.seconds)}`;
