import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compared } from './compared.mjs';
import { median, root, timed } from './timed.mjs';

const { createCovidDataset, createDemoDataset, createKaggleDataset } = createRequire(import.meta.url)(
  '../dist/index.js',
);
const cli = path.join(root, 'dist', 'cli.js');
const shared = path.resolve(root, '..', 'shared');
const covid = path.join(shared, 'data', 'covid-chestxray-dataset');
const kaggle = path.join(shared, 'data', 'chest_xray');
const weights = path.join(shared, 'weights');

/** Phantoms, where the X-rays are not there or few will do. */
const phantoms = {
  name: 'phantoms',
  async folder(to) {
    await createDemoDataset(to, { count: 36, classes: ['covid', 'normal'] });
    return to;
  },
};
/** The two folders of X-rays: the COVID-19 pictures beside all normal ones of Kaggle's, and Kaggle's as they are. */
const folders = [
  {
    name: 'COVID-19 against normal X-rays',
    async folder(to) {
      await createCovidDataset(covid, path.join(to, 'covid'));
      const count = readdirSync(path.join(kaggle, 'train', 'NORMAL')).filter((name) =>
        /\.jpe?g$/i.test(name),
      ).length;
      await createKaggleDataset(kaggle, path.join(to, 'normal'), { className: 'NORMAL', count });
      return to;
    },
  },
  { name: "Kaggle's train folder, normal against pneumonia", folder: async () => path.join(kaggle, 'train') },
];

/** One audit, a whole process. */
function audit(dataset, backbone, cache) {
  const hasWeights = existsSync(weights);
  return timed(process.execPath, [cli, 'audit', '--dataset', dataset, ...backbone(hasWeights), '--json'], {
    XRAY_CACHE: cache,
    ...(hasWeights && { XRAY_WEIGHTS: weights }),
  });
}

const pixels = () => ['--backbone', 'pixels'];
/** Random weights cost the same time. */
const mobilenet = (hasWeights) => ['--backbone', 'mobilenet', ...(hasWeights ? [] : ['--weights', 'random'])];

/**
 * The audit of the two folders, whole processes: from cold, and with features cached.
 * @param quick phantoms and no network: whether it runs, not how fast
 * @returns rows of the table of results
 */
export async function auditTime({ quick, repeats, say }) {
  const real = !quick && existsSync(covid) && existsSync(kaggle);
  const rows = [];
  for (const { name, folder } of real ? folders : [phantoms]) {
    const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
    try {
      const dataset = await folder(path.join(work, 'dataset'));
      const cache = path.join(work, 'cache');
      const [cold, cached] = [[], []];
      let pictures;
      for (let repeat = 0; repeat < repeats; repeat++) {
        rmSync(cache, { recursive: true, force: true });
        const first = await audit(dataset, quick ? pixels : mobilenet, cache);
        const again = await audit(dataset, quick ? pixels : mobilenet, cache);
        ({ pictures } = first.result.data);
        if (JSON.stringify(first.result.tests) !== JSON.stringify(again.result.tests))
          throw new Error('the audit from cold and the one from the cache differ');
        cold.push(first.seconds);
        cached.push(again.seconds);
      }
      say(`audit, ${name}: ${median(cold).toFixed(1)} s, again ${median(cached).toFixed(1)} s`);
      const what = `${pictures.toLocaleString('en-US')} pictures, ${name}`;
      rows.push(
        compared({ name: `audit of ${what}: from cold`, here: median(cold), most: 300 }),
        compared({ name: `audit of ${what}: features cached`, here: median(cached), most: 60 }),
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return rows;
}
