import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInterruptible } from '../../lib/core/interrupt';
import { inNotebook } from '../../lib/notebook/display';
import { liveHistory } from '../../lib/notebook/live-history';
import { progressBar } from '../../lib/notebook/progress-bar';
import { show } from '../../lib/notebook/show';
import { historyChart } from '../../lib/plots/history-chart';
import { history, plots } from '../plots/samples';

interface Sent {
  data: Record<string, unknown>;
  metadata: object;
  transient: { display_id: string };
  update: boolean;
}

// tslab itself, as it stands while a cell runs: the property through which a cell's displays leave.
const jupyter = require('tslab/dist/jupyter') as { lastWriteDisplayData: unknown };
let sent: Sent[];

beforeEach(() => {
  sent = [];
  Object.assign(globalThis, { __tslab__: {} });
  jupyter.lastWriteDisplayData = (output: Omit<Sent, 'update'>, update: boolean) =>
    sent.push({ ...output, update });
});
afterEach(() => {
  jupyter.lastWriteDisplayData = null;
  Reflect.deleteProperty(globalThis, '__tslab__');
});

test('in a cell, a chart is sent whole by the time show returns', () => {
  expect(inNotebook()).toBe(true);
  show(plots.counts);
  expect(sent).toHaveLength(1);
  expect(sent[0]!.update).toBe(false);
  expect(Object.keys(sent[0]!.data)).toEqual([
    'application/vnd.vegalite.v5+json',
    'image/svg+xml',
    'text/plain',
  ]);
});

test('bytes leave as base64', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  show(png);
  expect(sent[0]!.data['image/png']).toBe('iVBORw==');
});

test('progress is one display, updated at most ten times a second, its last state shown', async () => {
  const onProgress = progressBar('Features');
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < 450) {
    onProgress({ stage: 'vgg16', done: ++done, total: 1e6 });
    await new Promise(setImmediate);
  }
  onProgress({ stage: 'vgg16', done: 1e6, total: 1e6 });
  await sleep(200);
  expect(done).toBeGreaterThan(100);
  expect(sent.length).toBeLessThanOrEqual(8);
  expect(sent.map(({ update }) => update)).toEqual(sent.map((_, i) => i > 0));
  expect(new Set(sent.map(({ transient }) => transient.display_id)).size).toBe(1);
  const last = String(sent.at(-1)!.data['text/plain']).split('\n');
  expect(last[0]).toBe('Features');
  expect(last[1]).toMatch(/^vgg16 {2}█{24} 100 % {2}1000000\/1000000 .* taken$/);
});

test('the end of a stage is shown at once: what comes after the cell is not saved', () => {
  const onProgress = progressBar();
  for (let done = 1; done <= 5; done++) onProgress({ stage: 'folds', done, total: 5 });
  expect(String(sent.at(-1)!.data['text/plain'])).toMatch(/^folds .* 5\/5 .* taken$/);
});

test('each stage has its line', async () => {
  const onProgress = progressBar();
  onProgress({ stage: 'features', done: 5, total: 5 });
  onProgress({ stage: 'head', done: 1, total: 5, note: 'loss 0.3' });
  await sleep(150);
  const lines = String(sent.at(-1)!.data['text/plain']).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^head .* 1\/5 {2}.*loss 0\.3$/);
});

test('an interrupt of the cell ends the work at its next message, also after the cell', () => {
  const interrupt = new AbortController();
  const onProgress = runInterruptible(interrupt.signal, () => progressBar());
  const work = () => runInterruptible(interrupt.signal, () => onProgress({ stage: 'x', done: 1 }));
  expect(work).not.toThrow();
  interrupt.abort(new Error('Interrupted'));
  expect(work).toThrow('Interrupted');
  // Another cell's work with the same bar goes on.
  expect(() =>
    runInterruptible(new AbortController().signal, () => onProgress({ stage: 'x', done: 2 })),
  ).not.toThrow();
});

/** As it is sent: drawing leaves marks of its own on the data. */
const asSent = (spec: unknown) => JSON.parse(JSON.stringify(spec));
/** What the charts' displays said. */
const charts = () => sent.filter(({ data }) => 'application/vnd.vegalite.v5+json' in data);

test('the curves of a training are one chart, drawn a few times a second, in the end those of its history', async () => {
  const onProgress = liveHistory({ synthetic: true });
  const total = history.epochs.length;
  const start = performance.now();
  for (const figures of history.epochs) {
    onProgress({ stage: 'head', done: figures.epoch, total, figures: { ...figures } });
    if (figures.epoch < total) await sleep(40);
  }
  const seconds = (performance.now() - start) / 1000;
  const drawn = charts();
  expect(drawn.length).toBeGreaterThan(2);
  expect(drawn.length).toBeLessThanOrEqual(2 + 3 * seconds);
  expect(drawn.map(({ update }) => update)).toEqual(drawn.map((_, i) => i > 0));
  expect(new Set(drawn.map(({ transient }) => transient.display_id)).size).toBe(1);
  expect(drawn[0]!.data).not.toHaveProperty('image/svg+xml');
  const spec = historyChart({ ...history, bestEpoch: 24 }, { synthetic: true });
  const last = drawn.at(-1)!;
  expect(asSent(last.data['application/vnd.vegalite.v5+json'])).toEqual(asSent(spec));
  expect(last.data['image/svg+xml']).toMatch(/^<svg /);
  expect(last.metadata).toMatchObject({ 'image/svg+xml': { alt: spec.description } });
  await sleep(800);
  expect(charts()).toHaveLength(drawn.length);
});

test('curves of a training that ends early are whole as well; another one begins anew', async () => {
  const onProgress = liveHistory();
  for (const figures of history.epochs.slice(0, 7))
    onProgress({ stage: 'head', done: figures.epoch, total: 25, figures: { ...figures } });
  await sleep(800);
  const early = { epochs: history.epochs.slice(0, 7), bestEpoch: 7 };
  expect(asSent(charts().at(-1)!.data['application/vnd.vegalite.v5+json'])).toEqual(
    asSent(historyChart(early)),
  );
  expect(charts().at(-1)!.data).toHaveProperty('image/svg+xml');
  for (const figures of history.epochs.slice(0, 3))
    onProgress({ stage: 'head', done: figures.epoch, total: 3, figures: { ...figures } });
  expect(String(charts().at(-1)!.data['text/plain'])).toContain('3 epochs');
});

test('of a long training so many epochs are drawn as a chart can show, until it is over', () => {
  const onProgress = liveHistory();
  const [one] = history.epochs;
  for (let epoch = 1; epoch <= 1500; epoch++)
    onProgress({ stage: 'head', done: epoch, total: 1500, figures: { ...one!, epoch, valLoss: 1 / epoch } });
  const pointsOf = (spec: unknown) =>
    (spec as { hconcat: { data: { values: unknown[] } }[] }).hconcat[0]!.data.values.length / 2;
  const points = charts().map(({ data }) => pointsOf(data['application/vnd.vegalite.v5+json']));
  expect(points.at(-1)).toBe(1500);
  expect(Math.max(...points.slice(0, -1))).toBeLessThan(210);
});
