import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withFileLock } from '../../lib/core/file-lock';
import { projectFolder } from '../../lib/core/settings';
import { executeNotebook } from '../../lib/notebook/execute';
import { runNode } from '../commands/dist';
import { inFolder, unfinished, type Workplace, workplace } from './commands';

let place: Workplace;
beforeAll(async () => {
  place = await workplace('two');
});
afterAll(() => place.remove());

const library = (name: string): string => JSON.stringify(path.join(projectFolder, 'dist', name));

test('two kernels at once over the same cache show the same', async () => {
  const notebook = path.join(place.project, 'notebooks', '05-training.ipynb');
  const said = async (name: string, cache: string): Promise<unknown> => {
    const output = path.join(place.folder, `${name}.ipynb`);
    const { ok, error } = await executeNotebook(notebook, { output, env: inFolder(cache) });
    expect(ok, error?.message).toBe(true);
    return JSON.parse(readFileSync(output, 'utf8')).cells[1].outputs;
  };
  const cache = path.join(place.folder, 'kernels');
  const [one, other] = await Promise.all([said('one', cache), said('other', cache)]);
  expect(JSON.stringify(one)).toContain('valLoss');
  expect(other).toEqual(one);
});

describe('a folder that several processes write at once', () => {
  test('is one of theirs, whole; all of them succeed', async () => {
    const target = path.join(place.folder, 'shared');
    const writer = (letter: string) => `
      const { writeFolderAtomic } = require(${library('core/files.js')});
      const { writeFileSync } = require('node:fs');
      (async () => {
        for (let i = 0; i < 40; i++)
          await writeFolderAtomic(${JSON.stringify(target)}, async (temporary) => {
            for (const name of ['a', 'b', 'c']) writeFileSync(temporary + '/' + name, '${letter}' + i);
          });
      })().catch((error) => { console.error(error.message); process.exitCode = 1; });`;
    const ended = await Promise.all(['x', 'y', 'z'].map((letter) => runNode(writer(letter))));
    for (const { code, stderr } of ended) expect(code, stderr).toBe(0);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => readFileSync(path.join(target, name), 'utf8'));
    expect([a, b]).toEqual([b, c]);
    expect(a).toMatch(/^[xyz]39$/);
    expect(unfinished(place.folder)).toEqual([]);
  });
});

describe('locks', () => {
  const lockOf = (name: string): string => path.join(place.folder, `${name}.lock`);

  /** A process that takes a lock and dies with it. */
  async function killedWith(lock: string): Promise<void> {
    const script = `require(${library('core/file-lock.js')}).withFileLock(${JSON.stringify(lock)}, () => {
      console.log('held');
      return new Promise((resolve) => setTimeout(resolve, 60000));
    });`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(lock)).toBe(true);
  }

  const takingTime = async (lock: string): Promise<number> => {
    const begun = performance.now();
    await withFileLock(lock, async () => undefined);
    expect(existsSync(lock)).toBe(false);
    return performance.now() - begun;
  };

  test('of a process that was killed are taken over at once', async () => {
    const lock = lockOf('killed');
    await killedWith(lock);
    expect(await takingTime(lock)).toBeLessThan(2000);
  });

  test.skipIf(process.platform !== 'linux')(
    'of a process whose number another one has now are taken over at once',
    async () => {
      const lock = lockOf('reused');
      await killedWith(lock);
      const owner = JSON.parse(readFileSync(lock, 'utf8'));
      writeFileSync(lock, JSON.stringify({ ...owner, process: process.pid }));
      expect(await takingTime(lock)).toBeLessThan(2000);
    },
  );

  test('that were made and never written belong to nobody after some seconds', async () => {
    const lock = lockOf('empty');
    writeFileSync(lock, '');
    const before = Date.now() / 1000 - 6;
    utimesSync(lock, before, before);
    expect(await takingTime(lock)).toBeLessThan(2000);
  });

  test('let one process in at a time, also where many find a dead one’s', async () => {
    const [lock, count] = [lockOf('many'), path.join(place.folder, 'count')];
    await killedWith(lock);
    writeFileSync(count, '0');
    const script = `
      const { withFileLock } = require(${library('core/file-lock.js')});
      const { readFileSync, writeFileSync } = require('node:fs');
      const { setTimeout: pause } = require('node:timers/promises');
      (async () => {
        for (let i = 0; i < 5; i++)
          await withFileLock(${JSON.stringify(lock)}, async () => {
            const number = Number(readFileSync(${JSON.stringify(count)}, 'utf8'));
            await pause(10);
            writeFileSync(${JSON.stringify(count)}, String(number + 1));
          });
      })();`;
    const ended = await Promise.all(Array.from({ length: 4 }, () => runNode(script)));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(count, 'utf8')).toBe('20');
  });
});
