import { afterEach, expect, it, vi } from 'vitest';
import { seededRandom } from '../../lib/core/random';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** The writes that are tried with these settings. */
async function drawnWith(kills: string, before: string, writes: number): Promise<number[]> {
  vi.stubEnv('XRAY_KILLS', kills);
  vi.stubEnv('XRAY_KILLS_BEFORE', before);
  vi.resetModules();
  return (await import('./trials.js')).drawnWrites(writes, seededRandom(1));
}

it('no write is tried twice, and more trials than writes are all of them', async () => {
  const all = await drawnWith('1000', '0', 36);
  expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
  expect(await drawnWith('20', '0', 36)).toEqual(all.slice(0, 20));
  expect(await drawnWith('1000', '20', 36)).toEqual(all.slice(20));
  expect(await drawnWith('5', '36', 36)).toEqual([]);
});
