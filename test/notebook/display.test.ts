import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inNotebook } from '../../lib/notebook/display';
import { progressBar } from '../../lib/notebook/progress-bar';
import { show } from '../../lib/notebook/show';
import { plots } from '../plots/samples';

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

test('each stage has its line', async () => {
  const onProgress = progressBar();
  onProgress({ stage: 'features', done: 5, total: 5 });
  onProgress({ stage: 'head', done: 1, total: 5, note: 'loss 0.3' });
  await sleep(150);
  const lines = String(sent.at(-1)!.data['text/plain']).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^head .* 1\/5 {2}.*loss 0\.3$/);
});
