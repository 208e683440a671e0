import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import type { History } from '../../lib/transfer/history';
import { writeTensorBoard } from '../../lib/transfer/write-tensorboard';
import { pythonWith } from '../networks/peers';

const root = mkdtempSync(path.join(tmpdir(), 'xray-tensorboard-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const historyOf = (count: number, loss: number): History => ({
  bestEpoch: 1,
  epochs: Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    loss: loss / (i + 1),
    accuracy: 1 - 0.5 / (i + 1),
    valLoss: loss / (i + 1) + 0.1,
    valAccuracy: 1 - 0.6 / (i + 1),
    learningRate: 1e-3 / (i + 1),
  })),
});

test('a history without epochs is refused', async () => {
  const empty = writeTensorBoard({ epochs: [], bestEpoch: 0 }, path.join(root, 'empty'));
  await expect(empty).rejects.toThrow(InputError);
  await expect(empty).rejects.toThrow('no epochs');
});

test('one file, whole, in a folder of the run', async () => {
  const folder = path.join(root, 'new', 'run');
  const file = await writeTensorBoard(historyOf(2, 1), folder);
  expect(readdirSync(folder)).toEqual([path.basename(file)]);
  expect(path.basename(file)).toContain('tfevents');
});

// What TensorBoard itself shows of a run's folder; with its own reader, which checks the sums too and need not wait for
// TensorFlow.
const read = `
import json, sys, types
sys.modules['tensorboard.compat.notf'] = types.ModuleType('tensorboard.compat.notf')
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1])
run.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in run.Scalars(tag)] for tag in run.Tags()['scalars']}))
`;
const python = pythonWith('tensorboard');

describe.skipIf(!python)('TensorBoard reads (skipped: none in .venv)', () => {
  const scalars = (folder: string): Record<string, [number, number][]> =>
    JSON.parse(
      execFileSync(python!, ['-c', read, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  const expectHistory = (folder: string, { epochs }: History) => {
    const shown = scalars(folder);
    const names = {
      loss: 'loss',
      accuracy: 'accuracy',
      val_loss: 'valLoss',
      val_accuracy: 'valAccuracy',
      learning_rate: 'learningRate',
    } as const;
    expect(Object.keys(shown).sort()).toEqual(Object.keys(names).sort());
    for (const [tag, field] of Object.entries(names))
      expect(shown[tag]).toEqual(epochs.map((epoch) => [epoch.epoch, Math.fround(epoch[field])]));
  };

  test('every scalar of every epoch, to the last bit of its 32', async () => {
    const folder = path.join(root, 'vgg16');
    const history = historyOf(200, 2);
    await writeTensorBoard(history, folder);
    expectHistory(folder, history);
  });

  test('the later of two trainings, shorter as it is', async () => {
    const folder = path.join(root, 'again');
    await writeTensorBoard(historyOf(5, 1), folder);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await writeTensorBoard(historyOf(3, 7), folder);
    expectHistory(folder, historyOf(3, 7));
  });
});
