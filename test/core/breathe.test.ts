import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { breathe } from '../../lib/core/breathe';
import { runInterruptible } from '../../lib/core/interrupt';

const busy = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};

test('work ends with the reason of its signal, or of the interrupt of its cell and of no other', async () => {
  const reason = new Error('enough');
  await expect(breathe(AbortSignal.abort(reason))).rejects.toBe(reason);
  const cell = new AbortController();
  const work = async () => {
    for (let i = 0; i < 50; i++) {
      busy(5);
      await breathe();
    }
    return 'done';
  };
  const stopped = runInterruptible(cell.signal, work);
  const other = runInterruptible(new AbortController().signal, work);
  await sleep(1);
  cell.abort(reason);
  await expect(stopped).rejects.toBe(reason);
  expect(await other).toBe('done');
  expect(await work()).toBe('done');
});

test('others get their turn between two pieces of arithmetic, though not between short ones', async () => {
  // A clock of the test's own: a busy machine must not make short work long. It runs ahead, so this test is the last.
  let now = performance.now() + 1000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    await breathe();
    let turns = 0;
    setImmediate(() => turns++);
    now += 150;
    await breathe();
    expect(turns).toBe(1);
    setImmediate(() => turns++);
    for (let i = 0; i < 20; i++) {
      now += 4;
      await breathe();
    }
    expect(turns).toBe(1);
  } finally {
    clock.mockRestore();
  }
});
