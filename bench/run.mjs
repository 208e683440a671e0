// Writes bench/results.md: how fast this project is beside its peers, measured in the same run.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkedRows } from './checked-rows.mjs';
import { busyShare, describeMachine, peerVersions } from './machine.mjs';
import { resultsText } from './results-text.mjs';
import { sections } from './sections.mjs';
import { root, stopTimed } from './timed.mjs';
import { withSection } from './with-section.mjs';

const names = sections.map(({ name }) => name);
const help = `Usage: npm run bench [-- OPTIONS]

  --only NAMES     by commas, of: ${names.join(', ')};
                   the others keep their last results
  --quick          few and small: whether it runs, not how fast; prints, writes only with --out
  --peer-epochs N  epochs of the article's script that are run in Keras, 1 to 25; the others are added at their
                   mean (default 25)
  --repeats N      runs of which the median counts (default 3)
  --out FILE       default bench/results.md; the figures go beside it as JSON, section by section as they are done

The peers run in the project's .venv (npm run setup -- --peers), or in the Python that XRAY_PEERS_PYTHON names.
`;
const require = createRequire(import.meta.url);
const { checkChoice, checkWhole } = require('../dist/core/check.js');
const { writeFileAtomic, writeJson } = require('../dist/core/files.js');

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'peer-epochs': { type: 'string' },
      repeats: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, quick, help, out = quick ? undefined : path.join(root, 'bench', 'results.md') } = values;
  const whole = (name, otherwise, max) =>
    values[name] === undefined ? otherwise : checkWhole(`--${name}`, Number(values[name]), 1, max);
  const named = only?.split(',').map((name) => checkChoice('--only', name.trim(), names));
  return {
    help,
    quick,
    chosen: sections.filter((section) =>
      named ? named.includes(section.name) : !quick || section.quick !== false,
    ),
    peerEpochs: whole('peer-epochs', quick ? 2 : 25, 25),
    repeats: whole('repeats', quick ? 1 : 3, 100),
    out: out && path.resolve(out),
  };
}

let options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${error.message}\n\n${help}`);
  process.exit(2);
}
if (options.help) {
  console.log(help);
  process.exit(0);
}
const { quick, chosen, peerEpochs, repeats, out } = options;

const began = performance.now();
const secondsSince = (begin) => (performance.now() - begin) / 1000;
const say = (text) => console.error(`${secondsSince(began).toFixed(0).padStart(5)} s  ${text}`);

const python = process.env.XRAY_PEERS_PYTHON || path.join(root, '.venv', 'bin', 'python');
const found = existsSync(python) ? await peerVersions(python) : undefined;
const { machine, versions } = await describeMachine();
const figures = out?.replace(/(\.md)?$/, '.json');
let results = figures && existsSync(figures) ? JSON.parse(await readFile(figures, 'utf8')) : {};
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    stopped = true;
    say('stopping; the sections that are done are kept');
    stopTimed();
    // What a section does in this process sees no signal.
    setTimeout(() => process.exit(130), 5000).unref();
  });

const done = [];
const failed = [];
const skipped = [];

async function measure({ name, peers, lacking, run }) {
  const lack =
    (await lacking?.()) ||
    (peers.length && !found && `no ${peers.join(', ')} here; npm run setup -- --peers, or XRAY_PEERS_PYTHON`);
  if (lack) {
    say(`${name} skipped: ${lack}`);
    skipped.push(name);
    return;
  }
  const busy = await busyShare();
  const begin = performance.now();
  say(`${name} (${(busy * 100).toFixed(0)} % of the processors busy)`);
  try {
    const rows = checkedRows(name, await run({ quick, repeats, peerEpochs, python, say }));
    results = withSection(sections, results, name, {
      date: new Date().toISOString().slice(0, 10),
      seconds: secondsSince(begin),
      machine,
      busy,
      repeats,
      versions,
      peers: Object.fromEntries(peers.map((peer) => [peer, found[peer]])),
      quick,
      rows,
    });
    done.push(name);
  } catch (error) {
    if (stopped) return;
    failed.push(name);
    say(`${name} failed: ${error.stack}`);
    return;
  }
  if (!out) return;
  await writeJson(figures, results);
  await writeFileAtomic(out, resultsText(sections, results));
}

// Sections wait for one another, since they are timed; a quick run is not, and two at once take half as long.
const waiting = chosen.values();
async function measureWaiting() {
  for (const section of waiting) {
    if (stopped) return;
    await measure(section);
  }
}
await Promise.all(Array.from({ length: quick ? 2 : 1 }, measureWaiting));

if (!out && done.length) console.log(resultsText(chosen, results));
const ended = [
  `${done.length} done`,
  ...(failed.length ? [`${failed.join(', ')} failed`] : []),
  ...(skipped.length ? [`${skipped.join(', ')} skipped`] : []),
];
say(`${ended.join('; ')}${out && done.length ? `; written to ${out}` : ''}`);
process.exitCode = stopped ? 130 : failed.length || !done.length ? 1 : 0;
