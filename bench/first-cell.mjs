// The first cell of a notebook, which imports the library, in a session as the kernel has it: the process that
// bench/start-up.mjs measures. The last line of the output is JSON: seconds until a cell can run, and of the cell.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './timed.mjs';

process.chdir(path.join(root, 'notebooks'));
const { CellSession } = createRequire(import.meta.url)('../dist/notebook/cell-session.js');
const session = new CellSession();
const ready = performance.now() / 1000;
const { status } = await session.run(
  "import { loadDataset, plots, show, splitDataset, table, transferLearn } from '../dist/index';",
  () => undefined,
);
if (status !== 'ok') throw new Error('the cell failed');
const cell = performance.now() / 1000 - ready;
// What the process writes from now on belongs to the cell.
writeSync(1, `${JSON.stringify({ ready, cell })}\n`);
process.exit(0);
