import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../lib/core/progress';
import { createArticleDataset } from '../../lib/dataset/create-article-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { greyPng, temporaryFolder, writeFiles } from './sample-pictures';

/** Kaggle's folders with as many test pictures as there are, each a copy of one grey, and a COVID collection of one. */
async function collections() {
  const folder = temporaryFolder();
  const png = await greyPng(7);
  const names = (part: string, label: string, count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`kaggle/${part}/${label}/IM-${1000 + i}-0001.png`, png]),
    );
  await writeFiles(folder, {
    'covid/metadata.csv':
      'patientid,finding,view,modality,folder,filename,license\n1,COVID-19,PA,X-ray,images,one.png,\n',
    'covid/images/one.png': 3,
    ...names('train', 'NORMAL', 3),
    ...names('train', 'PNEUMONIA', 3),
    ...names('test', 'NORMAL', 234),
    ...names('test', 'PNEUMONIA', 390),
  });
  return {
    covidFrom: path.join(folder, 'covid'),
    kaggleFrom: path.join(folder, 'kaggle'),
    to: path.join(folder, 'dataset'),
  };
}

describe('createArticleDataset', () => {
  it('builds the five folders of the article, and tells of every one of its pictures', async () => {
    const { to, ...sources } = await collections();
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => told.push(progress);
    const reports = await createArticleDataset(to, { ...sources, count: 2, onProgress });
    expect(reports.map(({ name, taken }) => [name, taken])).toEqual([
      ['covid', 1],
      ['normal', 2],
      ['test/normal', 234],
      ['pneumonia', 2],
      ['test/pneumonia', 390],
    ]);
    expect((await loadDataset(to)).map(({ label }) => label)).toEqual([
      ...['covid', 'normal', 'normal', 'pneumonia', 'pneumonia'],
    ]);
    const ends = told.filter(({ done, total }) => done === total).map(({ total }) => total);
    expect(ends).toEqual(reports.map(({ taken }) => taken));
  });

  it('stops where it is told to, with what was built whole', async () => {
    const { to, ...sources } = await collections();
    const interrupt = new AbortController();
    const reason = new Error('stop');
    const onProgress = ({ total, done }: Progress) => total === 234 && done === 5 && interrupt.abort(reason);
    const work = createArticleDataset(to, { ...sources, count: 2, onProgress, signal: interrupt.signal });
    await expect(work).rejects.toBe(reason);
    expect(new Set((await loadDataset(to)).map(({ label }) => label))).toEqual(new Set(['covid', 'normal']));
  });

  it('draws phantoms where no collection is given', async () => {
    const to = temporaryFolder();
    const [report] = await createArticleDataset(to, {
      covidFrom: '',
      kaggleFrom: '',
      count: 1,
      testCount: 1,
    });
    expect(report).toMatchObject({ name: 'phantoms', taken: 5 });
  });
});
