import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './library.mjs';
import { table } from './markdown.mjs';

/** The training record that lies beside the small network's weights. */
export const compute = async () =>
  JSON.parse(
    await readFile(path.join(root, 'lib', 'networks', 'pretrained', 'fractal', 'training.json'), 'utf8'),
  );

const count = (number) => number.toLocaleString('en-GB');

/** Every `step`th entry, and the last. */
const every = (entries, step) => entries.filter((_, i) => (i + 1) % step === 0 || i === entries.length - 1);

export const render = ({ pictures, classes, seed, seconds, threads, top1, curve, commit, weights }) => [
  '## How the small network was pretrained',
  '',
  `\`npm run pretrain\` drew ${count(pictures)} pictures of ${count(classes)} iterated function systems with seed ${seed} and trained on each ` +
    `once: ${(seconds / 60).toFixed(0)} minutes on ${threads} thread${threads === 1 ? '' : 's'}. Of fresh pictures of the same classes ` +
    `${(100 * top1).toFixed(1)} % are classed rightly, of guesses ${(100 / classes).toFixed(1)} % would be. Weights: ` +
    `${(weights.bytes / 1e6).toFixed(2)} MB, SHA-256 ${weights.sha256.slice(0, 16)}…, made by commit ${commit.slice(0, 7)}.`,
  '',
  ...table(
    ['pictures seen', 'loss', 'top-1 on fresh pictures'],
    every(curve, 4).map((point) => [count(point.pictures), point.loss.toFixed(2), point.top1.toFixed(3)]),
  ),
  '',
];
