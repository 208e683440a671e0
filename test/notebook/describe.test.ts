import { DataFrame } from 'danfojs-node';
import { describe, expect, test } from 'vitest';
import { syntheticSource } from '../../lib/dataset/xray';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { wilson } from '../../lib/evaluation/wilson';
import { card } from '../../lib/notebook/card';
import { outputOf, resultOf } from '../../lib/notebook/show';
import { historyChart } from '../../lib/plots/history-chart';
import type { CrossValidation } from '../../lib/transfer/cross-validate';
import type { KeptRun } from '../../lib/transfer/kept-runs';
import type { TransferModel } from '../../lib/transfer/model';
import { trainingParameters } from '../../lib/transfer/preset';
import { history, split } from '../plots/samples';

const textOf = (value: unknown) => String(outputOf(value).bundle['text/plain']);
const linesOf = (value: unknown) => textOf(value).split('\n');

const unused = () => {
  throw new Error('a display only looks');
};
const model: TransferModel = {
  classes: ['covid', 'normal'],
  backbone: {
    name: 'vgg16',
    title: 'VGG16',
    cut: 'block5_pool',
    weights: 'random',
    weightsHash: 'f'.repeat(64),
    seed: 42,
    preprocessing: 'scale',
    fineTuned: false,
  },
  preset: 'article',
  parameters: trainingParameters('article'),
  seed: 42,
  history,
  seconds: { features: 12.34, head: 0.5, total: 13 },
  seen: { grouping: 'image', train: Array(57).fill('a'), validation: Array(15).fill('b'), test: ['c'] },
  synthetic: true,
  interrupted: false,
  head: {
    layers: [
      { kernel: new Float32Array(128), bias: new Float32Array(64), inputs: 2, units: 64 },
      { kernel: new Float32Array(128), bias: new Float32Array(2), inputs: 64, units: 2 },
    ],
  },
  predict: unused,
  probabilities: unused,
  save: unused,
  withBackbone: unused,
};

describe('a model', () => {
  test('is a card: base, head, training, what it was chosen by', () => {
    const lines = linesOf(model);
    expect(lines[0]).toBe('VGG16 with a head for covid, normal');
    expect(lines).toContain('weights     random: nothing was learnt before');
    expect(lines).toContain('head        units 64 → 2');
    expect(lines).toContain('pictures    57 trained on, 15 validated on, 1 left for the test');
    expect(lines).toContain('epochs      25 of 25, kept: 21');
    expect(lines).toContain('validation  loss 0.172, accuracy 0.962 in the kept epoch');
    expect(lines.at(-1)).toBe(
      'Synthetic phantoms, not X-rays of people. For education only, never for diagnosis.',
    );
    expect(outputOf(model).bundle['text/html']).toContain('<td style="text-align: left"><b>split</b></td>');
  });

  test('shows no weights, no hashes, no functions', () => {
    const all = JSON.stringify(outputOf(model).bundle);
    expect(all).not.toMatch(/Float32Array|function|ffff|\[object/);
    expect(all.length).toBeLessThan(3000);
  });

  test('interrupted says so, and is still shown without an epoch', () => {
    const cut = { ...model, interrupted: true, history: { epochs: [], bestEpoch: 0 } };
    expect(textOf(cut)).toContain('Training was interrupted');
    expect(textOf(cut)).toContain('0 of 25');
  });

  test('names of classes cannot bring markup', () => {
    const evil = { ...model, classes: ['<script>alert(1)</script>', 'normal'] };
    expect(outputOf(evil).bundle['text/html']).not.toContain('<script>');
  });

  test('what it has seen is no split', () => {
    expect(textOf(model.seen)).toContain('more items');
  });
});

test('its history is its chart; one without epochs is text', () => {
  const shown = JSON.stringify(outputOf(history).bundle['application/vnd.vegalite.v5+json']);
  expect(shown).toBe(JSON.stringify(historyChart(history)));
  expect(textOf({ epochs: [], bestEpoch: 0 })).toBe('{ epochs: [], bestEpoch: 0 }');
});

test('predictions are a table, a row a picture', () => {
  const predictions = [
    { file: '/a/b/covid/1.png', label: 'covid', probabilities: { covid: 0.9, normal: 0.1 } },
    { file: '/a/b/normal/2.png', label: 'covid', probabilities: { covid: 0.62, normal: 0.38 } },
  ];
  expect(linesOf(predictions)).toEqual([
    'picture       called  probability of covid  probability of normal',
    'covid/1.png   covid   0.900                 0.100',
    'normal/2.png  covid   0.620                 0.380',
    'For education only, never for diagnosis.',
  ]);
});

const evaluation = (right: number) =>
  evaluateConfusion(
    [
      [right, 10 - right],
      [0, 10],
    ],
    ['covid', 'normal'],
  );

test('a cross-validation is a table, a row a division, under its mean', () => {
  const validation: CrossValidation = {
    classes: ['covid', 'normal'],
    folds: 2,
    seeds: [0, 1],
    runs: [0, 1].flatMap((seed) =>
      [0, 1].map((fold) => ({ seed, fold, train: 20, evaluation: evaluation(6 + 2 * fold + seed) })),
    ),
    accuracy: wilson(17, 20),
    predictions: Array(40).fill({ seed: 0, fold: 0, sha256: 'hash', label: 'covid', probabilities: [1, 0] }),
    synthetic: false,
  };
  const lines = linesOf(validation);
  expect(lines[0]).toBe('Accuracy 0.850 [0.640, 0.948]: covid, normal, 2 folds, divided 2 times');
  expect(lines[1]).toMatch(/^seed +worst fold +mean +best fold +training pictures a fold$/);
  expect(lines[2]).toMatch(/^ +0 +0\.800 +0\.850 +0\.900 +20$/);
  expect(lines[4]).toContain('Nadeau and Bengio');
  expect(textOf(validation)).not.toContain('hash');
});

test('kept runs are a table by date, parameters and figures; an earlier one says in what it differs', () => {
  const run: KeptRun = {
    ...model,
    name: 'vgg16',
    date: '2026-11-26T10:20:30.000Z',
    evaluation: evaluation(9),
  };
  const earlier = { ...run, changed: 'epochs 10', evaluation: null };
  const lines = linesOf([run, earlier]);
  expect(lines[0]).toBe('2 runs');
  expect(lines[1]).toMatch(/learning rate +copies +accuracy +AUROC +earlier run, other in$/);
  expect(lines[2]).toMatch(
    /^vgg16 +2026-11-26 10:20 +random +covid, normal +article +scale +25 +0\.00100 +4 +0\.950 \[/,
  );
  expect(lines[3]).toMatch(/ – +– +epochs 10$/);
  expect(textOf([run])).not.toContain('other in');
});

test('what was found on a machine is a card without folders', () => {
  const machine = {
    ...{ backend: 'tensorflow', tensorflow: '2.19.1', gpu: null, reason: 'the fastest back end works' },
    ...{ node: 'v24.1.0', jupyterlab: '4.6.6', kernel: '/somewhere', kernelProblem: null },
    weights: { vgg16: null, mobilenet: '/somewhere/weights', fractal: '/somewhere/fractal' },
    data: { folder: '/somewhere/data', classes: { covid: 36, normal: 36 } },
    otherData: null,
  };
  const text = textOf(machine);
  expect(text).toContain('tensorflow (TensorFlow 2.19.1): the fastest back end works');
  expect(text).toMatch(/pretrained weights here +mobilenet, fractal\n/);
  expect(text).toMatch(/not here +vgg16; `npx xray-transfer weights NAME` fetches them\n/);
  expect(text).toMatch(/pictures +covid 36, normal 36$/);
  expect(text).not.toContain('/somewhere');
  const empty = textOf({
    ...machine,
    backend: null,
    data: { folder: '', classes: {} },
    kernelProblem: '/x is missing',
  });
  expect(empty).toContain('none yet; `02-datasets` draws phantoms');
  expect(empty).toContain('cannot start');
});

test('what a card says is to be typed is set as code, and is only text', () => {
  const { html, text } = card('x', [['y', 'none; `npx <b>` says `why']]);
  expect(html).toContain('none; <code>npx &lt;b&gt;</code> says `why');
  expect(text).toContain('none; `npx <b>` says `why');
});

test('a data frame and a series are tables', () => {
  const frame = new DataFrame([{ a: 1, b: 'x' }]);
  expect(linesOf(frame)).toEqual(['a  b', '1  x']);
  expect(outputOf(frame.column('a')).bundle['text/html']).toContain('<table>');
});

test('one record is a card that names no folders', () => {
  const lines = linesOf({ ...split.train[0], view: '', source: syntheticSource });
  expect(lines[0]).toMatch(/^covid\/\d+\.png$/);
  expect(lines).toContain('size     1002 × 902 px');
  expect(lines.join()).not.toContain('view');
  expect(lines.at(-1)).toBe('Synthetic phantoms, not X-rays of people.');
});

test('lists of plain rows are tables, of what fits into a table; other lists are text', () => {
  const explanations = [
    { label: 'covid', probability: 0.9, map: { data: new Float32Array(9) }, grid: [3, 3] },
  ];
  expect(linesOf(explanations)).toEqual([
    'label  probability  grid',
    'covid        0.900  3, 3',
    'Not in the table: map.',
  ]);
  expect(linesOf([{ a: 1, b: wilson(1, 2) }])).toEqual([
    'a                     b',
    `1  ${textOf(wilson(1, 2))}`,
  ]);
  expect(textOf([{ a: { b: 1 } }])).toBe('[ { a: { b: 1 } } ]');
  expect(textOf([1, 2])).toBe('[ 1, 2 ]');
  expect(textOf([])).toBe('[]');
});

test('a figure is its interval; a promise says what is missing', () => {
  expect(textOf(wilson(26, 27))).toBe('0.963 [0.817, 0.993]');
  expect(textOf(Promise.resolve(1))).toContain('write await before it');
});

test('as the end of a cell, what only looks like a chart is text', () => {
  const odd = { data: { values: [] }, mark: { type: 'nothing' } };
  expect(Object.keys(resultOf(odd).bundle)).toEqual(['text/plain']);
  expect(() => outputOf(odd)).toThrow();
  expect(Object.keys(resultOf(split).bundle)).toEqual(['text/html', 'text/plain']);
});
