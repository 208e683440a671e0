import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { articleDataset } from './article-dataset.mjs';
import { median, root, timed } from './timed.mjs';

const epochs = 25;
const kerasNames = { vgg16: 'VGG16', vgg19: 'VGG19', resnet50: 'ResNet50', resnet50v2: 'ResNet50V2' };
/** What issue and guide ask for: how many times faster than Keras without and with four rotated copies. */
const goals = { vgg16: { 0: 15, 4: 4 } };
const rerunGoal = 5;

/**
 * The article's protocol as users run it, `xray-transfer train` with an empty cache, against its procedure in Keras:
 * processes from start to end, one after the other.
 * @returns rows of the table of results
 */
export async function articleProtocol({ network, count, peerEpochs, repeats, python, say }) {
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  const dataset = path.join(work, 'dataset');
  try {
    const what = await articleDataset(dataset, count);
    const name = `article's protocol, ${kerasNames[network]}, ${count} ${what}`;
    const peer = python && (await inKeras({ python, dataset, network, peerEpochs, say }));
    const rows = [];
    for (const copies of [0, 4]) {
      const cold = [];
      const warm = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const cache = path.join(work, `cache-${copies}-${repeat}`);
        const run = () => train({ dataset, network, copies, cache, out: path.join(work, 'model') });
        cold.push((await run()).seconds);
        warm.push((await run()).seconds);
        rmSync(cache, { recursive: true });
        say(`${copies} copies: ${cold.at(-1).toFixed(1)} s, again ${warm.at(-1).toFixed(1)} s`);
      }
      const label = copies ? `${copies} rotated copies a training picture` : 'no rotated copies';
      const goal = goals[network]?.[copies];
      rows.push({
        name: `${name}, ${label}, from cold`,
        seconds: median(cold),
        peer: peer?.seconds,
        peerNote: peer?.note,
        goal: goal && `≥ ${goal}×`,
        met: goal && peer && peer.seconds / median(cold) >= goal,
      });
      rows.push({
        name: `the same again, ${label}, features cached, start of the process included`,
        seconds: median(warm),
        peer: peer?.seconds,
        peerNote: peer?.note,
        goal: `< ${rerunGoal} s`,
        met: median(warm) < rerunGoal,
      });
    }
    return { rows, versions: peer?.versions ?? {} };
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

/** Epochs that were not measured are added at the mean of those that were, without the first, which compiles. */
async function inKeras({ python, dataset, network, peerEpochs, say }) {
  say(`Keras, ${peerEpochs} epochs`);
  const script = path.join(root, 'bench', 'peers', 'article.py');
  const { seconds, result } = await timed(python, [script, dataset, String(peerEpochs), kerasNames[network]]);
  const measured = result.epochs.length > 1 ? result.epochs.slice(1) : result.epochs;
  const mean = measured.reduce((a, b) => a + b) / measured.length;
  const total = seconds + (epochs - peerEpochs) * mean;
  say(`Keras: ${seconds.toFixed(1)} s for ${peerEpochs} epochs, ${total.toFixed(1)} s for ${epochs}`);
  const note = peerEpochs === epochs ? '' : `${peerEpochs} epochs measured, scaled to ${epochs}`;
  return { seconds: total, note, versions: result.versions };
}
