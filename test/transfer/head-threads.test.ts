import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { startHeadThreads } from '../../lib/transfer/head-threads';
import { type HeadTask, learnHead } from '../../lib/transfer/learn-head';
import { trainingParameters } from '../../lib/transfer/preset';
import { cloud } from './labelled';

const parameters = trainingParameters('sound', { epochs: 12 });
const task = (seed: string, changed: Partial<HeadTask> = {}): HeadTask => ({
  train: cloud(seededRandom(1), 40, 12, 2),
  validation: cloud(seededRandom(2), 16, 12, 2),
  classCount: 2,
  classWeights: [1, 1],
  parameters,
  seed,
  ...changed,
});

/** Never ends by itself. */
const long = { parameters: { ...parameters, epochs: 1e9, patience: 0 } };

describe('heads learnt in threads', () => {
  const threads = startHeadThreads(2);
  afterAll(() => threads.close());

  test('are those learnt here, number by number, more of them than threads', async () => {
    const hidden = { parameters: trainingParameters('article', { epochs: 6, augment: 0 }) };
    const tasks = [task('a'), task('b'), task('c', hidden), task('d', hidden), task('a')];
    const learnt = await Promise.all(tasks.map(threads.learn));
    expect(learnt).toEqual(await Promise.all(tasks.map(learnHead)));
    expect(learnt[4]).toEqual(learnt[0]);
    expect(learnt[3]!.head).not.toEqual(learnt[2]!.head);
  });

  test('that cannot be learnt fail with the same words, and the thread goes on', async () => {
    const empty = task('a', { train: { ...task('a').train, variants: [], classes: [] } });
    await expect(threads.learn(empty)).rejects.toThrow(InputError);
    await expect(threads.learn(empty)).rejects.toThrow('The training part has no pictures');
    expect(await threads.learn(task('a'))).toEqual(await learnHead(task('a')));
  });

  test('stop at the epoch under way, each at its own signal', async () => {
    const stopped = new AbortController();
    const cut = threads.learn(task('a', { ...long, signal: stopped.signal }));
    const whole = threads.learn(task('b'));
    setTimeout(() => stopped.abort(), 200);
    const { interrupted, history } = await cut;
    expect(interrupted).toBe(true);
    expect(history.epochs.length).toBeGreaterThan(0);
    expect(await whole).toEqual(await learnHead(task('b')));
    // Nothing of the signal clings to the thread.
    expect((await threads.learn(task('a'))).interrupted).toBe(false);
  });
});

test('a thread that is ended fails what it was learning', async () => {
  const threads = startHeadThreads(1);

  const learning = threads.learn(task('a', long));
  const failed = expect(learning).rejects.toThrow('ended before its time');
  await threads.close();
  await failed;
});
