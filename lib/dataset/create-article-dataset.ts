import path from 'node:path';
import type { WorkOptions } from '../core/progress';
import { createCovidDataset } from './create-covid-dataset';
import { createDemoDataset } from './create-demo-dataset';
import { createKaggleDataset } from './create-kaggle-dataset';
import type { DatasetReport } from './dataset-report';

/** Where the article's two collections are, and how many pictures to take. */
export interface ArticleSources extends WorkOptions {
  /** A copy of ieee8023/covid-chestxray-dataset; empty for phantoms. */
  readonly covidFrom: string;
  /** Kaggle's chest_xray folder; empty for phantoms. */
  readonly kaggleFrom: string;
  /** Pictures a class of normal and pneumonia, and of phantoms. Default 69, as many as the article's COVID-19 rows. */
  readonly count?: number;
  /** Phantoms a class of the test folders. Of Kaggle's test folder all 234 and 390 are taken. Default 60. */
  readonly testCount?: number;
  /** Default 42. */
  readonly seed?: number;
}

/** One builder's report. */
export type NamedReport = DatasetReport & { readonly name: string };

/**
 * The article's whole dataset: class folders covid, normal and pneumonia, and test/normal and test/pneumonia for its
 * last test; phantoms where no collections are given.
 * @throws InputError as the builders do
 */
export async function createArticleDataset(to: string, sources: ArticleSources): Promise<NamedReport[]> {
  const { covidFrom, kaggleFrom, count = 69, testCount = 60, seed = 42, ...work } = sources;
  if (!covidFrom && !kaggleFrom)
    return [
      { name: 'phantoms', ...(await createDemoDataset(to, { count, test: testCount, seed, ...work })) },
    ];
  const reports: NamedReport[] = [];
  if (covidFrom)
    reports.push({ name: 'covid', ...(await createCovidDataset(covidFrom, path.join(to, 'covid'), work)) });
  if (!kaggleFrom) return reports;
  for (const [className, label, tested] of [
    ['NORMAL', 'normal', 234],
    ['PNEUMONIA', 'pneumonia', 390],
  ] as const) {
    const drawn = { className, seed, ...work };
    const training = await createKaggleDataset(kaggleFrom, path.join(to, label), { ...drawn, count });
    const last = await createKaggleDataset(kaggleFrom, path.join(to, 'test', label), {
      ...drawn,
      count: tested,
      part: 'test',
    });
    reports.push({ name: label, ...training }, { name: `test/${label}`, ...last });
  }
  return reports;
}
