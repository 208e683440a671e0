import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { articleDataset } from './article-dataset.mjs';
import { compared } from './compared.mjs';
import { inScratch } from './scratch.mjs';
import { median, root, secondsOf, timed } from './timed.mjs';

const require = createRequire(import.meta.url);
const { loadDataset } = require('../dist/index.js');
const { loadPicture } = require('../dist/dataset/load-picture.js');
const { readPictures } = require('../dist/dataset/read-pictures.js');
const { batchSize } = require('../dist/transfer/compute-features.js');
const { extractFeatures } = require('../dist/transfer/features.js');
const { forward } = require('../dist/transfer/forward.js');
const { withBackbone } = require('../dist/transfer/open-backbone.js');
const { asPictures } = require('../dist/transfer/picture-variants.js');

const settings = { preprocessing: 'own', resize: 'cv2', pooling: 'article' };
const side = 224;
const batchSizes = [1, 2, 4, 8, 16, 32];
/** How often the pictures are read in one run: the start of the threads is not what is measured. */
const rounds = 5;

async function forwardAll(pixels, base, size) {
  for (let i = 0; i < pixels.length; i += size) await forward(pixels.slice(i, i + size), base, settings);
}

/** Features of all pictures with an empty cache, against the forward pass of the same pictures that lie in memory. */
async function extraction({ network, pictures, pixels, work, what, repeats, say }) {
  const options = { name: network, weights: 'random', seed: 42 };
  return withBackbone(options, async (base) => {
    await forwardAll(pixels.slice(0, batchSize), base, batchSize);
    const seconds = { bare: [], all: [] };
    for (let repeat = 0; repeat < repeats; repeat++) {
      process.env.XRAY_CACHE = path.join(work, 'cache');
      seconds.bare.push(await secondsOf(() => forwardAll(pixels, base, batchSize)));
      seconds.all.push(await secondsOf(() => extractFeatures(pictures, base, settings)));
      rmSync(process.env.XRAY_CACHE, { recursive: true });
      say(`${base.title}: ${seconds.all.at(-1).toFixed(2)} s, bare ${seconds.bare.at(-1).toFixed(2)} s`);
    }
    const [here, bare] = [seconds.all, seconds.bare].map(median);
    return compared({
      name: `extraction by ${base.title} from files, ${what}, against its forward pass of the same pictures in memory`,
      here,
      peer: bare,
      least: 1 / 1.05,
      bound: 'where the base keeps all cores, what decoding takes of them is added',
      note: `${(100 * (here / bare - 1)).toFixed(1)} % more`,
    });
  });
}

/** The forward pass in batches of several sizes against those of `batchSize`. */
async function sizes({ network, pixels, repeats, say }) {
  return withBackbone({ name: network, weights: 'random', seed: 42 }, async (base) => {
    const few = pixels.slice(0, 32);
    const seconds = Object.fromEntries(batchSizes.map((size) => [size, []]));
    for (let repeat = 0; repeat <= repeats; repeat++)
      for (const size of batchSizes) {
        const taken = await secondsOf(() => forwardAll(few, base, size));
        // The first pass of a size is not counted.
        if (repeat) seconds[size].push((1000 * taken) / few.length);
      }
    const typical = Object.fromEntries(batchSizes.map((size) => [size, median(seconds[size])]));
    say(`${base.title}, ms a picture by batch: ${JSON.stringify(typical)}`);
    return batchSizes
      .filter((size) => size !== batchSize)
      .map((size) =>
        compared({
          name: `forward pass of ${base.title}, a picture, batches of ${batchSize} against ${size}`,
          here: typical[batchSize],
          peer: typical[size],
          unit: 'ms',
        }),
      );
  });
}

/** Read, decode, resize to 224 × 224: here and by OpenCV, in turn; pictures a second of all cores. */
async function decoding({ pictures, work, what, repeats, python, say }) {
  const list = path.join(work, 'pictures.json');
  const files = Array.from({ length: rounds }, () => pictures.map(({ file }) => file)).flat();
  writeFileSync(list, JSON.stringify(files));
  const peer = () => timed(python, [path.join(root, 'bench', 'peers', 'decode.py'), list, String(side)]);
  const here = () =>
    secondsOf(async () => {
      const requests = files.map((file) => ({ file, degrees: 0 }));
      for await (const _ of readPictures(
        requests,
        { size: side, resize: 'cv2', region: 'whole' },
        batchSize,
      ));
    });
  await here();
  const seconds = { here: [], threads: [], loop: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    seconds.here.push(await here());
    if (python) {
      const { result } = await peer();
      seconds.threads.push(result.threads);
      seconds.loop.push(result.loop);
    }
    say(
      `reading ${files.length}: ${seconds.here.at(-1).toFixed(2)} s; OpenCV ${seconds.threads.at(-1)?.toFixed(2)} s in threads, ${seconds.loop.at(-1)?.toFixed(2)} s in a loop`,
    );
  }
  const each = (list) => (list.length ? (1000 * median(list)) / files.length : undefined);
  const cores = `${availableParallelism()} cores`;
  const row = { here: each(seconds.here), unit: 'ms' };
  return [
    compared({
      ...row,
      name: `read, decode, resize a picture of ${what}, against OpenCV in as many threads as cores (${cores})`,
      peer: each(seconds.threads),
      least: 1,
      bound: 'libvips hands each eight lines of a picture from thread to thread, and opens one in 2 ms',
    }),
    compared({
      ...row,
      name: `the same against OpenCV in a loop, as in the article's script (${cores})`,
      peer: each(seconds.loop),
      least: 1,
    }),
  ];
}

/**
 * From files to features: what extraction costs beyond the forward pass, how fast pictures are read, and which batch
 * size serves best.
 * @param count pictures; 138 are the article's, where they are
 * @returns rows of the table of results
 */
export async function pipeline({ count = 138, networks = ['vgg16', 'resnet50'], repeats, python, say }) {
  return inScratch(async (work) => {
    const what = `${count} ${await articleDataset(path.join(work, 'dataset'), count)}`;
    const xrays = await loadDataset(path.join(work, 'dataset'));
    const pictures = asPictures(xrays);
    const pixels = [];
    for (const { file } of pictures) pixels.push(await loadPicture(file, side, 'cv2'));
    const rows = [];
    for (const network of networks)
      rows.push(await extraction({ network, pictures, pixels, work, what, repeats, say }));
    rows.push(...(await decoding({ pictures, work, what, repeats, python, say })));
    for (const network of networks) rows.push(...(await sizes({ network, pixels, repeats, say })));
    return rows;
  });
}
