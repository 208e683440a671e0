import { createRequire } from 'node:module';
import path from 'node:path';
import { compared } from './compared.mjs';
import { conversation } from './conversation.mjs';
import { median, root } from './timed.mjs';

const require = createRequire(import.meta.url);
const { networkNamed } = require('../dist/networks/table.js');

/** Pictures a pass. */
const batch = 8;
/** What one measurement takes at least, seconds: short passes are repeated. */
const span = 1;
const kerasNames = {
  vgg16: 'VGG16',
  vgg19: 'VGG19',
  resnet50: 'ResNet50',
  resnet50v2: 'ResNet50V2',
  mobilenet: 'MobileNet',
};
/** How many times faster than Keras' graph. */
const goals = { vgg16: 1, vgg19: 1, resnet50: 1.6, resnet50v2: 1.6, mobilenet: 1 };
/** Side of the matrices whose product shows what the processors can do. */
const side = 2048;
const shareGoals = { vgg16: 0.85 };
/** From profiles by oneDNN's own log (ONEDNN_VERBOSE=1), on AVX2. */
const residualBound =
  'Keras folds batch norm and sums too; 1 × 1 convolutions of the largest maps wait for memory; a tenth goes into ' +
  'laying out weights anew for each batch, a thirtieth into copies of what is summed; keeping the laid out weights ' +
  '(is_filter_const) was tried: 5 % less time for memory that is never given back';
const bounds = { resnet50: residualBound, resnet50v2: residualBound };

const ourProcess = (backend) =>
  conversation(process.execPath, [path.join(root, 'bench', 'forward-pass-process.mjs')], {
    ...(backend && { XRAY_BACKEND: backend }),
  });

/** Several ways in turn, `repeats` times over, each for about `span` seconds; medians, in their order. */
async function inTurn(ways, repeats) {
  const passes = [];
  for (const way of ways) passes.push(Math.max(1, Math.round(span / (await way(1)).seconds)));
  const seconds = ways.map(() => []);
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const [i, way] of ways.entries()) seconds[i].push((await way(passes[i])).seconds);
  return seconds.map(median);
}

const perPicture = (seconds) => (seconds / batch) * 1000;

/**
 * The frozen bases' forward pass, 8 pictures at a time, against Keras' compiled graph of the same network in turn with
 * it; VGG16 against what a matrix product says the processors can do; and the fallback WebAssembly against the same
 * network run layer by layer there.
 * @param networks of the table, by name
 * @returns rows of the table of results
 */
export async function forwardPass({ networks, repeats, python, say }) {
  const ours = ourProcess();
  const keras = python && conversation(python, [path.join(root, 'bench', 'peers', 'forward_pass.py')]);
  const wasm = ourProcess('wasm');
  const rows = [];
  try {
    for (const network of networks) {
      const { title, cut } = networkNamed(network);
      const here = (passes) => ours.ask({ network, batch, passes });
      const there = (passes) => keras.ask({ network: kerasNames[network], cut, batch, passes });
      if (keras) {
        const [own, other] = [(await here(1)).shape, (await there(1)).shape];
        if (String(own) !== String(other)) throw new Error(`${title} gives ${own} here, ${other} in Keras`);
      }
      const product = async () => ({
        seconds: 1 / (await ours.ask({ kind: 'matrix product', side })).perSecond,
      });
      const isMeasure = network !== 'mobilenet';
      const ways = [here, ...(keras ? [there] : []), ...(isMeasure ? [product] : [])];
      const times = await inTurn(ways, repeats);
      const own = perPicture(times[0]);
      const graph = keras && perPicture(times[1]);
      const { operations } = await ours.ask({ kind: 'operations', network });
      const least = isMeasure ? operations * times.at(-1) * 1000 : undefined;
      say(`${title}: ${own.toFixed(1)} ms a picture${keras ? `, Keras ${graph.toFixed(1)}` : ''}`);
      rows.push(
        compared({
          name: `${title}, against Keras' compiled graph`,
          here: own,
          peer: graph,
          unit: 'ms a picture',
          least: goals[network],
          bound: [
            graph && least && `at a matrix product's speed it would be ${(graph / least).toFixed(2)}×`,
            bounds[network],
          ]
            .filter(Boolean)
            .join('; '),
        }),
      );
      if (isMeasure) {
        rows.push(
          compared({
            name: `${title}, against a product of ${side}×${side} matrices with as many operations`,
            here: own,
            peer: least,
            unit: 'ms a picture',
            least: shareGoals[network],
            bound: 'the first convolution has 3 channels, and pooling only moves memory',
          }),
        );
      }
    }
    const way = (fused) => (passes) => wasm.ask({ network: 'mobilenet', batch, passes, fused });
    const times = [];
    // One after the other: a process keeps one network ready.
    for (const fused of [true, false]) times.push((await inTurn([way(fused)], repeats))[0]);
    rows.push(
      compared({
        name: 'MobileNet on the fallback WebAssembly, against its layers there',
        here: perPicture(times[0]),
        peer: perPicture(times[1]),
        unit: 'ms a picture',
      }),
    );
    return rows;
  } finally {
    await Promise.all([ours, wasm, keras].map((process) => process?.end()));
  }
}
