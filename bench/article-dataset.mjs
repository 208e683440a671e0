import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './timed.mjs';

const { createCovidDataset, createDemoDataset, createKaggleDataset } = createRequire(import.meta.url)(
  '../dist/index.js',
);
const data = path.resolve(root, '..', 'shared', 'data');
const covid = path.join(data, 'covid-chestxray-dataset');
const kaggle = path.join(data, 'chest_xray');

/** As many pictures as the article's, 138 in two classes, into `to`: real ones where they are, else phantoms. */
export async function articleDataset(to, count) {
  if (existsSync(covid) && existsSync(kaggle) && count === 138) {
    const { taken } = await createCovidDataset(covid, path.join(to, 'covid'));
    await createKaggleDataset(kaggle, path.join(to, 'normal'), { className: 'NORMAL', count: count - taken });
    return 'real X-rays';
  }
  await createDemoDataset(to, { count: count / 2, classes: ['covid', 'normal'] });
  return 'phantoms';
}
