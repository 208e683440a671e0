// Features of a grid's pieces without a queue: the process that bench/queue.mjs measures. Usage: pieces-alone.mjs
// GRID.yaml STORE. The last line of the output is JSON: median milliseconds a piece.
import { createRequire } from 'node:module';
import { median } from './timed.mjs';

const require = createRequire(import.meta.url);
const { computePiece } = require('../dist/grid/compute-piece.js');
const { openStore } = require('../dist/grid/open-store.js');
const { planGrid } = require('../dist/grid/plan-grid.js');
const { readGrid } = require('../dist/grid/read-grid.js');
const { keepPlanned } = require('../dist/grid/run-grid.js');

const [file, at] = process.argv.slice(2);
const planned = await planGrid(await readGrid(file));
const store = await openStore(at);
await keepPlanned(planned, store, {});
const times = [];
for (const piece of planned.plan.pieces.filter(({ kind }) => kind === 'features')) {
  const begun = performance.now();
  await computePiece(planned.plan, piece, store);
  times.push(performance.now() - begun);
}
console.log(JSON.stringify({ milliseconds: median(times), pieces: times.length }));
