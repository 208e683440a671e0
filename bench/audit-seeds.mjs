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
const { showsSource } = dist('audit/expectation');
const { meanWithInterval } = dist('evaluation/mean-with-interval');

/**
 * Data sets: the share of each class's pictures that bear a sign, and which. A film is another source's, and the records
 * say so, as they do of the article's pictures.
 */
const datasets = {
  'mark on one class': { sign: 'mark', shares: { covid: 1, normal: 0 } },
  'mark mostly on one class': { sign: 'mark', shares: { covid: 0.85, normal: 0.15 } },
  'mark on half of each': { sign: 'mark', shares: { covid: 0.5, normal: 0.5 } },
  'each class from a source of its own': { sign: 'film', shares: { covid: 1, normal: 0 } },
  'both classes from both sources': { sign: 'film', shares: { covid: 0.5, normal: 0.5 } },
};
/** New patients, all of one source: nobody bears the sign, or everybody does. */
const outcomes = { none: { covid: 0, normal: 0 }, all: { covid: 1, normal: 1 } };

/** Phantoms of the two classes. */
const drawn = async (to, count, seed) => {
  await createDemoDataset(to, { count, classes: ['covid', 'normal'], seed });
  return loadDataset(to);
};

/** Audits, and then the outcome on new sources, of one seed. */
async function trySeed(seed, { count, backbone, weights }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-audit-seeds-'));
  try {
    const phantoms = await drawn(path.join(folder, 'phantoms'), count, seed);
    const others = await drawn(path.join(folder, 'others'), count, seed + 1000);
    const elsewhere = {};
    for (const sign of ['mark', 'film'])
      for (const [name, shares] of Object.entries(outcomes))
        elsewhere[`${name} ${sign}`] = await markPictures(
          others,
          path.join(folder, `${name} ${sign}`),
          shares,
          seed,
          sign,
        );
    const tried = {};
    for (const [name, dataset] of Object.entries(datasets)) {
      const xrays = await markPictures(phantoms, path.join(folder, name), dataset.shares, seed, dataset.sign);
      const audit = await auditDataset(xrays, { backbone, weights, seed });
      const split = splitDataset(xrays, { test: 0, validation: 0.2, seed });
      const model = await transferLearn(split, { backbone, weights, seed });
      const found = {};
      for (const outcome of Object.keys(outcomes)) {
        const pictures = elsewhere[`${outcome} ${dataset.sign}`];
        const { auroc } = await evaluate(model, pictures);
        const calls = await evaluateNotCalled(model, pictures, 'covid');
        const called = calls.reduce((sum, { total, count: not }) => sum + total - not, 0);
        found[outcome] = { auroc: auroc.value, covid: called / pictures.length };
      }
      const figureOf = (test) => audit.tests.find((one) => one.name === test).figure.value;
      tried[name] = {
        verdict: audit.verdict,
        isExpectedToFail: audit.verdict === 'flagged' && showsSource(audit.tests),
        whole: audit.whole.value,
        centreless: figureOf('without-centre'),
        found,
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
    'expected to fail',
    'AUROC, patients kept together',
    'centre blacked out',
    'outcome: AUROC, nobody bears the sign',
    'AUROC, everybody does',
    'called covid, nobody',
    'called covid, everybody',
  ];
  return [
    cells(heads),
    cells(heads.map(() => '---')),
    ...Object.keys(datasets).map((name) => {
      const own = tried.map((one) => one[name]);
      const many = (is) => `${own.filter(is).length} of ${seeds}`;
      return cells([
        name,
        many(({ verdict }) => verdict === 'flagged'),
        many(({ isExpectedToFail }) => isExpectedToFail),
        mean(own.map(({ whole }) => whole)),
        mean(own.map(({ centreless }) => centreless)),
        ...['auroc', 'covid'].flatMap((figure) =>
          Object.keys(outcomes).map((outcome) => mean(own.map(({ found }) => found[outcome][figure]))),
        ),
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
