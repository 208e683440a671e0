import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { articleDataset } from './article-dataset.mjs';
import { compared } from './compared.mjs';
import { root, timed, typical } from './timed.mjs';

/** A model's notebook, whatever its number. */
function notebookOf(network) {
  const folder = path.join(root, 'notebooks');
  const file = readdirSync(folder).find((name) => name.replace(/^\d+-/, '') === `${network}.ipynb`);
  if (!file) throw new Error(`no notebook of ${network} in ${folder}`);
  return path.join(folder, file);
}

/**
 * A model's notebook, run again with its features cached, against its first run with an empty cache: whole processes,
 * through the executor that the report uses.
 * @param networks whose notebooks are run, by the names that end the notebooks' own
 * @param count pictures in two classes
 * @param augment rotated copies of each training picture; undefined for the notebook's own
 * @returns rows of the table of results
 */
export async function notebookRerun({ networks, count, augment, repeats, say }) {
  const rows = [];
  for (const network of networks) {
    const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
    try {
      const dataset = path.join(work, 'dataset');
      const what = await articleDataset(dataset, count);
      const run = () =>
        timed(
          process.execPath,
          [
            path.join(root, 'bench', 'execute-notebook.mjs'),
            notebookOf(network),
            path.join(work, 'executed.ipynb'),
          ],
          {
            XRAY_DATASET: dataset,
            XRAY_CACHE: path.join(work, 'cache'),
            XRAY_MODELS: path.join(work, 'models'),
            // No weights at hand: they are drawn.
            XRAY_WEIGHTS: '',
            ...(augment === undefined ? {} : { XRAY_SET_AUGMENT: String(augment) }),
          },
        );
      const cold = await run();
      const warm = [];
      for (let repeat = 0; repeat < repeats; repeat++) warm.push(await run());
      const again = typical(warm);
      say(`notebook ${network}: ${cold.seconds.toFixed(1)} s, again ${again.seconds.toFixed(1)} s`);
      rows.push(
        compared({
          name: `notebook ${network}, ${count} ${what}, features cached, against its first run`,
          here: again.seconds,
          peer: cold.seconds,
          most: 8,
          least: 40,
          bound: parts(again),
        }),
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return rows;
}

/** Where a run's time goes: the three cells that take most, the first with the process and the library's import. */
function parts({ seconds, result: { start, cells } }) {
  const longest = cells
    .map((time, i) => ({ time, cell: i + 1 }))
    .sort((a, b) => b.time - a.time)
    .slice(0, 3)
    .map(({ time, cell }) => `code cell ${cell} takes ${time.toFixed(1)} s`);
  return `of ${seconds.toFixed(1)} s the executor's start takes ${start.toFixed(1)} s, ${longest.join(', ')}`;
}
