// Writes docs/results.md, and the tables of README.md that follow from it: what this project's models reach on phantoms and on real X-rays.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withResults } from './readme-results.mjs';
import { library, root } from './results/library.mjs';

const help = `Usage: npm run results [-- --only NAME,NAME] [--covid DIR] [--kaggle DIR] [--out FILE]

  --only NAMES  these sections alone: transfer, pretraining, learning-curves, ways-of-training, cross-validation,
                one-source, not-covid, audit, article; prints them, writes only with --out
  --covid DIR   a clone of ieee8023/covid-chestxray-dataset (default ../shared/data/covid-chestxray-dataset)
  --kaggle DIR  Kaggle's chest_xray folder (default ../shared/data/chest_xray)
  --out FILE    default docs/results.md, and the tables of README.md with it

Figures are kept as they are computed: an interrupted run goes on where it was. They are computed anew when the code,
the pictures or the weights have changed.
`;
const shared = path.resolve(root, '..', 'shared');
const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    covid: { type: 'string', default: path.join(shared, 'data', 'covid-chestxray-dataset') },
    kaggle: { type: 'string', default: path.join(shared, 'data', 'chest_xray') },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (given.help) {
  console.log(help);
  process.exit(0);
}
if (!process.env.XRAY_WEIGHTS && existsSync(path.join(shared, 'weights')))
  process.env.XRAY_WEIGHTS = path.join(shared, 'weights');

const { checkChoice } = library('core/check');
const { writeFileAtomic } = library('core/files');
const { cacheFolder } = library('core/settings');
const { picturesHash } = library('dataset/pictures-hash');
const { sections } = await import('./results/sections.mjs');
const names = Object.keys(sections);
const fail = (message) => {
  console.error(message);
  process.exit(1);
};
const chosen = given.only?.split(',') ?? names;
try {
  for (const name of chosen) checkChoice('--only', name, names);
} catch (error) {
  fail(error.message);
}
for (const folder of [given.covid, given.kaggle])
  if (!existsSync(folder))
    fail(`The real X-rays are not here (${folder}); name them with --covid and --kaggle`);

const started = performance.now();
const say = (text) =>
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}`);

const { gather } = await import('./results/data.mjs');
const { codeHash, keeper, weightsHash } = await import('./results/kept.mjs');
const { introduction } = await import('./results/introduction.mjs');
const folder = path.join(cacheFolder(), 'results');
const data = await gather({ ...given, folder });
say(
  `${data.covid.length} covid (${data.missing.length} missing), ${data.train.length} train, ${data.test.length} test`,
);
const key = [
  await codeHash(),
  await weightsHash(),
  ...[data.phantoms, data.covid, data.controls, data.train, data.test].map(picturesHash),
].join('\n');
const context = { data, say, keep: keeper(path.join(folder, 'figures'), key) };

const lines = await introduction(data);
for (const name of chosen) lines.push(...sections[name].render(await sections[name].compute(context)));
const text = lines.join('\n');
const out = given.out ?? (given.only ? undefined : path.join(root, 'docs', 'results.md'));
if (out) await writeFileAtomic(path.resolve(out), text);
else console.log(text);
if (!given.out && !given.only) {
  const readme = path.join(root, 'README.md');
  await writeFileAtomic(readme, withResults(await readFile(readme, 'utf8'), text));
}
say(out ? `written ${out}` : 'done');
