// How often the audit raises an alarm where there is nothing: data sets of noise, in which nothing tells the classes
// apart. Prints a table for docs/results.md.
// Usage: node bench/audit-noise.mjs [--sets 40] [--pictures 6]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chestThumbnail, noiseAudit, noiseRecords, settings } from './noise-audit.mjs';
import { table } from './results/markdown.mjs';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');
const dist = (name) => require(path.join(root, 'dist', name));
const { auditDataset, formatFigure, loadDataset, seededRandom, wilson } = dist('index');
const { testNames } = dist('audit/audit');
const { rules } = dist('audit/rules');
const { writeRecords } = dist('dataset/records');
const library = {
  seededRandom,
  drawPhantom: dist('dataset/phantom').drawPhantom,
  greyThumbnail: dist('dataset/thumbnail').greyThumbnail,
  ...dist('audit/learnt-tests'),
  studyOf: dist('audit/study').studyOf,
  toTest: dist('audit/rules').toTest,
  verdictOf: dist('audit/expectation').verdictOf,
};

/** The audit of a folder with pictures of noise, 64 pixels a side. */
async function auditPictures(seed) {
  const sharp = require('sharp');
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-audit-noise-'));
  try {
    const random = seededRandom(`pictures ${seed}`);
    const records = noiseRecords(random, ['a', 'b']);
    for (const label of ['a', 'b']) {
      mkdirSync(path.join(folder, label));
      const own = records.filter((record) => record.label === label);
      for (const { path: name } of own) {
        const grey = Uint8Array.from({ length: 64 * 64 }, () => random.integer(256));
        await sharp(grey, { raw: { width: 64, height: 64, channels: 1 } })
          .png()
          .toFile(path.join(folder, name));
      }
    }
    const found = await loadDataset(folder);
    const patientOf = new Map(records.map((record) => [record.path, record]));
    for (const label of ['a', 'b'])
      await writeRecords(
        path.join(folder, label),
        found
          .filter((xray) => xray.label === label)
          .map((xray) => {
            const { patientId, source, view } = patientOf.get(`${label}/${path.basename(xray.path)}`);
            return { ...xray, patientId, source, view };
          }),
      );
    const { verdict, tests } = await auditDataset(await loadDataset(folder), { backbone: 'fractal', seed });
    return { verdict, tests: Object.fromEntries(tests.map((test) => [test.name, test.verdict])) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** "1 of 40, 0.03 [0.00, 0.13]" of those that were made. */
function alarms(verdicts) {
  const made = verdicts.filter((verdict) => verdict !== undefined && verdict !== 'not tested');
  if (!made.length) return '–';
  const count = made.filter((verdict) => verdict === 'flagged').length;
  return `${count} of ${made.length}, ${formatFigure(wilson(count, made.length), 2)}`;
}

/**
 * The table of alarms, as lines of Markdown.
 * @param sets data sets of each setting whose features are drawn
 * @param pictures data sets of pictures of noise, through the network `fractal`
 * @param say told after each data set
 */
export async function auditNoise({ sets, pictures, say }) {
  const chest = chestThumbnail(library);
  const columns = {};
  for (const [name, setting] of Object.entries(settings)) {
    columns[name] = [];
    for (let seed = 1; seed <= sets; seed++) {
      columns[name].push(await noiseAudit(library, setting, seed, chest));
      if (seed % 10 === 0) say(`${name}: ${seed} of ${sets}`);
    }
  }
  columns['pictures of noise'] = [];
  for (let seed = 1; seed <= pictures; seed++) {
    columns['pictures of noise'].push(await auditPictures(seed));
    say(`pictures of noise: ${seed} of ${pictures}`);
  }
  columns.all = Object.values(columns).flat();
  const runs = Object.values(columns);
  // A whole that was cleared or not tested was not flagged.
  const whole = ({ verdict }) => (verdict === 'flagged' ? 'flagged' : 'clear');
  const leakage = ['exact-duplicates', 'near-duplicates', 'shared-patients'];
  return table(
    ['flagged', ...Object.keys(columns)],
    [
      ['the whole', ...runs.map((own) => alarms(own.map(whole)))],
      ...testNames
        .filter((name) => !leakage.includes(name))
        .map((name) => [
          rules[name].title,
          ...runs.map((own) => alarms(own.map(({ tests }) => tests[name]))),
        ]),
    ],
  );
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { sets: { type: 'string', default: '40' }, pictures: { type: 'string', default: '6' } },
  });
  const started = performance.now();
  const say = (text) => console.error(`${((performance.now() - started) / 1000).toFixed(0)} s ${text}`);
  console.log(
    (await auditNoise({ sets: Number(values.sets), pictures: Number(values.pictures), say })).join('\n'),
  );
}
