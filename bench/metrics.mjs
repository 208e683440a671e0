import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compared } from './compared.mjs';
import { median, root, timed } from './timed.mjs';

const require = createRequire(import.meta.url);
const { auroc } = require('../dist/evaluation/auroc.js');
const { confusionMatrix } = require('../dist/evaluation/confusion-matrix.js');
const { evaluateConfusion } = require('../dist/evaluation/evaluate-confusion.js');
const { argmax, softmax } = require('../dist/evaluation/probabilities.js');
const { brierScore, logLoss } = require('../dist/evaluation/scores.js');
const { seededRandom } = require('../dist/core/random.js');

const labels = ['covid', 'normal', 'pneumonia'];

/** Predictions of three classes that are right more often than not. */
function predictions(count) {
  const random = seededRandom('metrics');
  const truth = new Uint8Array(count).map(() => random.integer(labels.length));
  const probabilities = Array.from(truth, (label) =>
    softmax(labels.map((_, k) => 3 * random.uniform() + (k === label ? 1 : 0))),
  );
  return { truth, probabilities };
}

/** Seconds of each run, the first, in which code is compiled, not counted; and what it gives. */
function measure(work, repeats) {
  const value = work();
  const seconds = Array.from({ length: repeats }, () => {
    const begun = performance.now();
    work();
    return (performance.now() - begun) / 1000;
  });
  return { seconds, value };
}

/** A benchmark of different work would say nothing. */
function checkSame(name, here, there) {
  const close = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
  const same = [here].flat(3).every((value, i) => close(value, [there].flat(3)[i]));
  if (!same)
    throw new Error(`${name} is ${JSON.stringify(here)} here and ${JSON.stringify(there)} in scikit-learn`);
}

/**
 * Figures of many predictions against scikit-learn on the same numbers, both in memory. Ours come with intervals where
 * a formula gives them (none by bootstrap) and take classes by name; scikit-learn has class numbers, with which it is fastest.
 * @param count predictions of three classes
 * @returns rows of the table of results
 */
export async function metrics({ count, repeats, python, say }) {
  const { truth, probabilities } = predictions(count);
  const names = Array.from(truth, (label) => labels[label]);
  const scores = probabilities.map(([first]) => first);
  const positives = names.map((name) => name === labels[0]);
  const here = {
    auroc: measure(() => auroc(scores, positives).value, repeats),
    counts: measure(() => {
      const predicted = probabilities.map((row) => labels[argmax(row)]);
      return evaluateConfusion(confusionMatrix(names, predicted, labels), labels);
    }, repeats),
    losses: measure(
      () => ({ logLoss: logLoss(truth, probabilities), brier: brierScore(truth, probabilities) }),
      repeats,
    ),
  };
  const work = mkdtempSync(path.join(tmpdir(), 'xray-bench-'));
  let peer;
  try {
    const [probabilityFile, truthFile] = ['probabilities', 'truth'].map((name) => path.join(work, name));
    writeFileSync(probabilityFile, Float64Array.from(probabilities.flat()));
    writeFileSync(truthFile, truth);
    const script = path.join(root, 'bench', 'peers', 'metrics.py');
    peer = (await timed(python, [script, probabilityFile, truthFile, String(repeats)])).result;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const { values, seconds } = peer;
  checkSame('AUROC', here.auroc.value, values.auroc);
  checkSame('the confusion matrix', here.counts.value.confusion, values.counts.confusion);
  checkSame('F1', here.counts.value.perClass[labels[0]].f1.value, values.counts.f1);
  checkSame('the log loss', here.losses.value.logLoss, values.losses.logLoss);
  checkSame("Brier's score", here.losses.value.brier, values.losses.brier);
  const what = `${count.toLocaleString('en-US')} predictions`;
  const row = (name, key) =>
    compared({
      name: `${what}: ${name}`,
      bound: 'here areas come with DeLong’s interval, and every row of probabilities is checked',
      here: median(here[key].seconds),
      peer: median(seconds[key]),
      least: 1,
    });
  say(
    `${what}: AUROC ${median(here.auroc.seconds).toFixed(2)} s, scikit-learn ${median(seconds.auroc).toFixed(2)} s`,
  );
  return [
    row('AUROC', 'auroc'),
    row('confusion matrix and report', 'counts'),
    row('log loss and Brier score', 'losses'),
  ];
}
