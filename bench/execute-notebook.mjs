// Runs a notebook as `xray-transfer report` does, in a process that starts and ends with it.
// Usage: execute-notebook.mjs NOTEBOOK OUTPUT. The last line of the output is JSON: seconds before the first cell and
// of each cell.
import { createRequire } from 'node:module';

const { executeNotebook } = createRequire(import.meta.url)('../dist/notebook/execute.js');
const [notebook, output] = process.argv.slice(2);
const begins = [];
const { ok, error } = await executeNotebook(notebook, {
  output,
  onCell: () => begins.push(performance.now()),
});
if (!ok) throw new Error(`cell ${error.cell}: ${error.name}: ${error.message}`);
const ends = [...begins.slice(1), performance.now()];
const cells = begins.map((begin, i) => (ends[i] - begin) / 1000);
console.log(JSON.stringify({ start: begins[0] / 1000, cells }));
