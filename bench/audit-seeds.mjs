// Audits phantoms made to be confounded and phantoms that are not, and sets what each audit expects beside what models
// trained on the same pictures then do on phantoms of a source of its own. Prints a table for docs/results.md.
// Usage: node bench/audit-seeds.mjs [--seeds 10] [--count 40] [--backbone fractal]
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, '..');
const dist = (name) => require(path.join(root, 'dist', name));
const {
  auditDataset,
  createDemoDataset,
  evaluate,
  evaluateNotCalled,
  loadDataset,
  markPictures,
  splitDataset,
  transferLearn,
} = dist('index');
const { meanWithInterval } = dist('evaluation/mean-with-interval');

/** Data sets by the share of each class's pictures that bear a mark in the corner. */
const markings = {
  'mark on one class': { covid: 1, normal: 0 },
  'mark mostly on one class': { covid: 0.85, normal: 0.15 },
  'mark on half of each': { covid: 0.5, normal: 0.5 },
};
/** New sources: nobody bears the mark, or everybody does. */
const sources = { none: { covid: 0, normal: 0 }, all: { covid: 1, normal: 1 } };

/** Phantoms of one seed, copied once for each set with its marks; by the set's name. */
async function draw(folder, count, seed, sets) {
  const plain = path.join(folder, 'plain');
  await createDemoDataset(plain, { count, classes: ['covid', 'normal'], seed });
  const phantoms = await loadDataset(plain);
  const drawn = {};
  for (const [name, shares] of Object.entries(sets))
    drawn[name] = await markPictures(phantoms, path.join(folder, name), shares, seed);
  return drawn;
}

/** Audits, and then the outcome on new sources, of one seed. */
async function trySeed(seed, { count, backbone, weights }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-audit-seeds-'));
  try {
    const training = await draw(path.join(folder, 'training'), count, seed, markings);
    const elsewhere = await draw(path.join(folder, 'elsewhere'), count, seed + 1000, sources);
    const tried = {};
    for (const [name, xrays] of Object.entries(training)) {
      const audit = await auditDataset(xrays, { backbone, weights, seed });
      const split = splitDataset(xrays, { test: 0, validation: 0.2, seed });
      const model = await transferLearn(split, { backbone, weights, seed });
      const outcomes = [];
      for (const pictures of Object.values(elsewhere)) {
        const { auroc } = await evaluate(model, pictures);
        const calls = await evaluateNotCalled(model, pictures, 'covid');
        const called = calls.reduce((sum, { total, count: not }) => sum + total - not, 0);
        outcomes.push({ auroc: auroc.value, covid: called / pictures.length });
      }
      const figureOf = (test) => audit.tests.find((one) => one.name === test).figure.value;
      tried[name] = {
        verdict: audit.verdict,
        whole: audit.whole.value,
        border: figureOf('border'),
        oneBorder: figureOf('one-border'),
        outcomes,
      };
    }
    return tried;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The table of so many seeds, as lines of Markdown.
 * @param say told after each seed
 */
export async function auditSeeds({ seeds, count, backbone, weights, say }) {
  const tried = [];
  for (let seed = 1; seed <= seeds; seed++) {
    tried.push(await trySeed(seed, { count, backbone, weights }));
    say(`seed ${seed}: ${JSON.stringify(tried.at(-1))}`);
  }
  const mean = (values) => {
    const { value, low, high } = meanWithInterval(values, { range: [0, 1] });
    return `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  };
  const cells = (row) => `| ${row.join(' | ')} |`;
  const heads = [
    'phantoms',
    'flagged',
    'AUROC, patients kept together',
    'border only',
    'all within the borders of one class',
    'outcome: AUROC on one new source',
    'called covid, nobody marked',
    'called covid, everybody marked',
  ];
  return [
    cells(heads),
    cells(heads.map(() => '---')),
    ...Object.keys(markings).map((name) => {
      const own = tried.map((one) => one[name]);
      return cells([
        name,
        `${own.filter(({ verdict }) => verdict === 'flagged').length} of ${seeds}`,
        mean(own.map(({ whole }) => whole)),
        mean(own.map(({ border }) => border)),
        mean(own.map(({ oneBorder }) => oneBorder)),
        mean(own.map(({ outcomes }) => (outcomes[0].auroc + outcomes[1].auroc) / 2)),
        mean(own.map(({ outcomes }) => outcomes[0].covid)),
        mean(own.map(({ outcomes }) => outcomes[1].covid)),
      ]);
    }),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      count: { type: 'string', default: '40' },
      backbone: { type: 'string', default: 'mobilenet' },
      weights: { type: 'string' },
    },
  });
  const started = performance.now();
  const say = (text) => console.error(`${((performance.now() - started) / 1000).toFixed(0)} s ${text}`);
  const { seeds, count, ...rest } = values;
  console.log((await auditSeeds({ seeds: Number(seeds), count: Number(count), ...rest, say })).join('\n'));
}
