import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compared } from './compared.mjs';
import { root, timed } from './timed.mjs';

const { createDemoDataset } = createRequire(import.meta.url)('../dist/index.js');
const kaggle = path.resolve(root, '..', 'shared', 'data', 'chest_xray');

/** Bytes that a process may have resident. */
const memoryGoal = 1.5e9;

const jpegs = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.jpeg'))
    .sort()
    .map((name) => path.join(folder, name));

/** Files to repeat: the 5,840 of the Kaggle folder where they are, else phantoms. */
async function files(work) {
  if (existsSync(kaggle)) return { what: 'real X-rays, repeated', list: jpegs(kaggle) };
  const folder = path.join(work, 'dataset');
  await createDemoDataset(folder, { count: 100 });
  const list = readdirSync(folder, { recursive: true }).filter((name) => /\.(png|jpe?g)$/.test(name));
  return { what: 'phantoms, repeated', list: list.map((name) => path.join(folder, name)) };
}

/**
 * Features of more and more pictures, each number in a process of its own with an empty cache: the same files again
 * and again, each time under another hash, so that every one is read, decoded, computed and cached. The network is
 * `pixels`, which costs next to nothing: what grows or does not is the way to it and from it. Then the largest number
 * is asked for again, from the cache.
 * @param counts numbers of pictures, the smallest first
 * @returns rows of the table of results
 */
export async function scale({ counts = [1000, 10_000, 100_000], say }) {
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  const list = path.join(work, 'files.json');
  const run = (count, cache) =>
    timed(process.execPath, [path.join(root, 'bench', 'extract-many.mjs'), list, String(count)], {
      XRAY_CACHE: path.join(work, cache),
    }).then(({ result }) => result);
  try {
    const { what, list: found } = await files(work);
    writeFileSync(list, JSON.stringify(found));
    const results = [];
    for (const count of counts) {
      results.push(await run(count, `cache-${count}`));
      const { milliseconds, bytes } = results.at(-1);
      say(`${count} pictures: ${milliseconds.toFixed(3)} ms each, ${(bytes / 1e6).toFixed(0)} MB resident`);
    }
    const [first] = results;
    const again = await run(counts.at(-1), `cache-${counts.at(-1)}`);
    const few = await run(counts[0], `cache-${counts.at(-1)}`);
    say(
      `again, cached: ${again.milliseconds.toFixed(3)} ms each; ${counts[0]} of them ${few.milliseconds.toFixed(3)} ms each`,
    );
    const number = (count) => count.toLocaleString('en-US');
    return [
      ...results.map(({ milliseconds }, i) =>
        compared({
          name: `a picture's features, ${number(counts[i])} ${what}, against ${number(counts[0])}`,
          here: milliseconds,
          peer: first.milliseconds,
          unit: 'ms',
          least: i ? 1 / 1.05 : undefined,
        }),
      ),
      ...results.map(({ bytes }, i) =>
        compared({
          name: `memory of the process, ${number(counts[i])} pictures, against ${number(counts[0])}`,
          here: bytes / 1e6,
          peer: first.bytes / 1e6,
          unit: 'MB',
          least: i ? 1 / 1.05 : undefined,
          most: memoryGoal / 1e6,
          bound: `${((bytes - first.bytes) / counts[i] / 1e3).toFixed(1)} kB more for each picture: its record, its key and its place in the cache's index, several times over, and what V8 has not collected yet; its features are not kept`,
        }),
      ),
      compared({
        name: `a picture's features from the cache, ${number(counts.at(-1))} again`,
        here: again.milliseconds,
        peer: results.at(-1).milliseconds,
        unit: 'ms',
      }),
      compared({
        name: `a picture's features from the cache, ${number(counts[0])} of ${number(counts.at(-1))}`,
        here: few.milliseconds,
        peer: again.milliseconds,
        unit: 'ms',
      }),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
