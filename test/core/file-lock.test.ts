import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFileLock } from '../../lib/core/file-lock';

const elsewhere = JSON.stringify({ host: 'another machine', process: 1, id: 'theirs' });
const hour = 3600;

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xray-lock-'));
  lock = path.join(folder, 'lock');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A lock whose last sign of life was so many seconds ago, by this machine's clock. */
function leave(file: string, text: string, seconds: number): void {
  writeFileSync(file, text);
  const then = Date.now() / 1000 - seconds;
  utimesSync(file, then, then);
}

const taken = (milliseconds = 3000): Promise<boolean> =>
  withFileLock(lock, async () => true, { signal: AbortSignal.timeout(milliseconds) }).catch(() => false);

describe.each([
  ['an hour behind', hour],
  ['an hour ahead', -hour],
])('the lock of another machine whose clock is %s', (_, behind) => {
  it('is waited for', async () => {
    leave(lock, elsewhere, behind);
    expect(await taken(500)).toBe(false);
    expect(readFileSync(lock, 'utf8')).toBe(elsewhere);
  });

  it('is taken over after a minute without a sign of life, and not before', async () => {
    leave(lock, elsewhere, behind);
    // Each look is two hundred milliseconds after the last: of half a minute, here.
    const real = performance.now.bind(performance);
    const begun = real();
    vi.spyOn(performance, 'now').mockImplementation(() => begun + (real() - begun) * 150);
    let looks = 0;
    const onWait = () => {
      // Still alive.
      if (++looks === 2) leave(lock, elsewhere, behind + 1);
    };
    const signal = AbortSignal.timeout(20_000);
    expect(await withFileLock(lock, async () => looks, { onWait, signal })).toBeGreaterThanOrEqual(4);
    expect(existsSync(lock)).toBe(false);
  });
});

it('what was made an hour ahead, and never written, is taken over after some seconds', async () => {
  leave(lock, '', -hour);
  leave(`${lock}.breaking`, '', -hour);
  const real = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => real() * 50);
  expect(await taken()).toBe(true);
  expect(existsSync(lock)).toBe(false);
});
