import path from 'node:path';
import { library } from './library.mjs';

const { createCovidDataset, createDemoDataset, loadDataset } = library('index');
const { seededRandom } = library('core/random');

const lower = { NORMAL: 'normal', PNEUMONIA: 'pneumonia' };
const inLowerCase = (xrays) => xrays.map((xray) => ({ ...xray, label: lower[xray.label] ?? xray.label }));

/** Records of one class. */
export const of = (xrays, label) => xrays.filter((xray) => xray.label === label);

/** So many of them, drawn with a seed. */
export const sample = (xrays, count, seed) => seededRandom(seed).shuffle(xrays).slice(0, count);

/** Findings of the COVID-19 collection's PA pictures besides COVID-19, in the article's days. */
const otherFindings = ['ARDS', 'No Finding', 'Pneumocystis', 'SARS', 'Streptococcus'];

/** The phantoms of `npm start`, and the X-rays of both collections; `missing` are listed but not there. */
export async function gather({ covid, kaggle, folder }) {
  const phantoms = path.join(folder, 'phantoms');
  await createDemoDataset(phantoms);
  const { missing } = await createCovidDataset(covid, path.join(folder, 'covid', 'covid'));
  for (const finding of otherFindings)
    await createCovidDataset(covid, path.join(folder, 'controls', finding), { finding });
  return {
    phantoms: await loadDataset(phantoms),
    covid: await loadDataset(path.join(folder, 'covid')),
    controls: await loadDataset(path.join(folder, 'controls')),
    missing,
    train: inLowerCase(await loadDataset(path.join(kaggle, 'train'))),
    test: inLowerCase(await loadDataset(path.join(kaggle, 'test'))),
  };
}
