import { execFileSync, spawn } from 'node:child_process';
import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { projectFolder } from '../../lib/core/settings';
import { type Ended, runCli } from '../commands/dist';
import {
  type Command,
  entriesIn,
  expectRecovery,
  expectSentence,
  finished,
  inFolder,
  unfinished,
  type Workplace,
  workplace,
} from './commands';
import { type FailingDisk, type Fault, failingDisk } from './failing-disk';
import { drawn, drawnWrites, trials, tried } from './trials';

/** Without XRAY_KILLS each fault is tried only where `everyDay` says so, because each trial runs a whole command. */
const long = process.env.XRAY_KILLS !== undefined;
const timeout = 120_000 * (2 + tried);

type Trial = 'moment' | 'cut' | 'eio' | 'full' | 'both';
const everyDay: Readonly<Record<string, readonly Trial[]>> = {
  data: ['moment', 'cut', 'eio', 'full', 'both'],
  train: ['moment', 'eio', 'both'],
  features: ['moment', 'cut', 'full'],
  report: ['moment'],
};
/**
 * Moments that come in a row, each in what the former have left; the command is finished after the last. Every day all
 * do; in the long form those of the one that takes longest.
 */
const inARow: Readonly<Record<string, number>> = long
  ? { report: 10 }
  : { data: 10, train: 10, features: 10, report: 10 };
const cli = path.join(projectFolder, 'dist', 'cli.js');

let place: Workplace;
let disk: FailingDisk | string;
beforeAll(async () => {
  place = await workplace('faults');
  disk = failingDisk();
});
afterAll(() => {
  place?.remove();
  if (disk && typeof disk !== 'string') disk.remove();
});

/** Runs a command and kills it after so many milliseconds. @returns how many it ran if it ended before, else null */
async function killed(command: Command, folder: string, after: number): Promise<number | null> {
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, ...command.args(folder)], {
    env: { ...process.env, ...inFolder(folder) },
    stdio: 'ignore',
  });
  const end = new Promise((resolve) => child.on('close', resolve));
  const first = await Promise.race([pause(after, 'time', { ref: false }), end]);
  const ran = performance.now() - begun;
  child.kill('SIGKILL');
  await end;
  return first === 'time' ? null : ran;
}

/** Bytes of what is in a folder, in the blocks of a disk. */
const bytesIn = (folder: string): number =>
  entriesIn(folder)
    .map((file) => lstatSync(path.join(folder, file)).blocks * 512)
    .reduce((sum, bytes) => sum + bytes, 0);

const mount = (...args: string[]): void => {
  execFileSync('mount', args, { stdio: 'pipe' });
};

/** Whether a small disk can be had in this folder. */
function canMount(folder: string): boolean {
  try {
    mount('-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder);
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
}

/** The run without a fault that the others are compared with. */
interface Calm {
  /** Milliseconds. */
  readonly duration: number;
  readonly expected: unknown;
  /** How often it writes to the disk; 0 where that cannot be counted. */
  readonly writes: number;
  /** What it writes. */
  readonly bytes: number;
}

describe.each(Object.keys(everyDay))('%s', (name) => {
  const when = (trial: Trial) => test.runIf(long || everyDay[name]!.includes(trial));
  const random = seededRandom(`faults of ${name}`);
  const kills = inARow[name] ?? 1;
  let command: Command;
  let calm: Calm;
  const begin = (what: string): string => {
    const folder = path.join(place.folder, `${name}-${what}`);
    mkdirSync(folder);
    command.prepare?.(folder);
    return folder;
  };
  const say = (what: string) => console.info(`${name}: ${what}`);

  beforeAll(async () => {
    command = place.commands[name]!;
    const folder = begin('calm');
    const before = bytesIn(folder);
    const counted = typeof disk === 'string' ? {} : disk.environment(folder, { at: 0, what: 'EIO' });
    const temporary = path.join(place.folder, `${name}-temporary`);
    mkdirSync(temporary);
    const begun = performance.now();
    const ended = await runCli(command.args(folder), {
      ...{ ...inFolder(folder), ...counted },
      TMPDIR: temporary,
    });
    const duration = performance.now() - begun;
    expect(ended.code, ended.stderr).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    const writes = typeof disk === 'string' ? 0 : disk.writes().length;
    const expected = command.result(folder, ended.stdout);
    calm = { duration, expected, writes, bytes: bytesIn(folder) - before };
  });

  /** Tries a fault at writes drawn without repetition. */
  async function atWrites(
    what: string,
    tryFault: (
      folder: string,
      environment: (fault: Omit<Fault, 'at'>) => NodeJS.ProcessEnv,
      i: number,
    ) => Promise<void>,
  ): Promise<number> {
    const chosen = drawnWrites(calm.writes, random);
    await trials(chosen.length, async (i) => {
      const at = chosen[i]!;
      const folder = begin(`${what}-${at}`);
      await tryFault(folder, (fault) => (disk as FailingDisk).environment(folder, { at, ...fault }), i);
      await expectRecovery(command, folder, calm.expected);
      rmSync(folder, { recursive: true, force: true });
    });
    return chosen.length;
  }

  /** A command that ends without a failure, because it can do without what failed, has the right results. */
  function expectToldOrRight(ended: Ended, folder: string, why: RegExp): boolean {
    if (ended.code === 0) expect(command.result(folder, ended.stdout)).toEqual(calm.expected);
    else expectSentence(ended, folder, why);
    return ended.code !== 0;
  }

  when('moment')(
    'killed at any moment and run again: the results of an undisturbed run, nothing finished done twice',
    {
      timeout,
    },
    async () => {
      const rows = Math.ceil(tried / (long ? kills : 1));
      const moments = drawn(rows * kills, () => random.uniform());
      let alive = 0;
      await trials(rows, async (i) => {
        const folder = begin(`killed-${i}`);
        // What is done goes faster the next time: then moments are of the time that it took last.
        let duration = calm.duration;
        for (const moment of moments.slice(i * kills, (i + 1) * kills)) {
          const ran = await killed(command, folder, moment * duration);
          if (ran === null) alive++;
          else duration = ran;
        }
        await expectRecovery(command, folder, calm.expected);
        rmSync(folder, { recursive: true, force: true });
      });
      expect(alive).toBeGreaterThan(0);
      say(
        `killed at ${rows * kills} moments of ${Math.round(calm.duration)} ms or less, at ${alive} before it ended by itself`,
      );
    },
  );

  when('cut')('killed before a write, whichever: the same', { timeout }, async ({ skip }) => {
    if (typeof disk === 'string') return skip(disk);
    const times = await atWrites('cut', async (folder, environment) => {
      const env = { ...inFolder(folder), ...environment({ what: 'kill' }) };
      expect((await runCli(command.args(folder), env)).code).not.toBe(0);
    });
    say(`killed before ${times} of ${calm.writes} writes`);
  });

  when('eio')(
    'EIO at a write, whichever: a sentence with the file, exit 1, nothing broken; run again, the same',
    {
      timeout,
    },
    async ({ skip }) => {
      if (typeof disk === 'string') return skip(disk);
      let told = 0;
      const times = await atWrites('eio', async (folder, environment, i) => {
        // A disk with one bad place, and one that has gone.
        const env = { ...inFolder(folder), ...environment({ what: 'EIO', stays: i % 2 === 1 }) };
        const ended = await runCli(command.args(folder), env);
        // Of a folder that it cannot make Node says ENOENT.
        if (expectToldOrRight(ended, folder, /reports a fault \(EIO\)|cannot be made \(ENOENT\)/)) told++;
      });
      say(`EIO at ${times} of ${calm.writes} writes, ${told} ended the command`);
    },
  );

  when('full')(
    'a full disk: a sentence with the file, exit 1, nothing broken; with space again, the same',
    {
      timeout,
    },
    async ({ skip }) => {
      const small = path.join(place.folder, `${name}-small`);
      mkdirSync(small);
      if (!canMount(small)) return skip('a small disk cannot be mounted here: that needs root on Linux');
      let told = 0;
      const shares = drawn(tried, () => random.between(0.02, 0.5));
      await trials(tried, async (i) => {
        mount('-t', 'tmpfs', '-o', `size=${512 * 2 ** 20}`, 'tmpfs', small);
        try {
          command.prepare?.(small);
          const size = bytesIn(small) + shares[i]! * calm.bytes;
          mount('-o', `remount,size=${Math.ceil(size)}`, small);
          const ended = await runCli(command.args(small), inFolder(small));
          if (expectToldOrRight(ended, small, /no space is left on its disk \(ENOSPC\); free some/)) told++;
          mount('-o', `remount,size=${512 * 2 ** 20}`, small);
          await expectRecovery(command, small, calm.expected);
        } finally {
          execFileSync('umount', [small]);
        }
      });
      say(`${tried} full disks, ${told} ended the command`);
    },
  );

  when('both')(
    'two at once over the same cache and into the same folder: both have the results of one alone',
    {
      timeout,
    },
    async () => {
      await trials(Math.ceil(tried / 10), async (i) => {
        const folder = begin(`both-${i}`);
        const run = () => runCli(command.args(folder), inFolder(folder));
        for (const ended of await Promise.all([run(), run()])) {
          expect(ended.code, ended.stderr).toBe(0);
          expect(command.result(folder, ended.stdout)).toEqual(calm.expected);
        }
        expect(unfinished(folder)).toEqual([]);
        const before = finished(folder);
        const third = await run();
        expect(third.code, third.stderr).toBe(0);
        expect(finished(folder)).toEqual(before);
        rmSync(folder, { recursive: true, force: true });
      });
      say(`two at once, ${Math.ceil(tried / 10)} times`);
    },
  );
});

describe('standard output', () => {
  const run = async (stdout: number | 'pipe') => {
    const child = spawn(process.execPath, [cli, '--help'], { stdio: ['ignore', stdout, 'pipe'] });
    // A reader that has seen enough, as `| head`.
    child.stdout?.destroy();
    const closed = new Promise((resolve) => child.on('close', resolve));
    return { stderr: await text(child.stderr!), code: await closed };
  };

  test.skipIf(process.platform !== 'linux')('on a full disk: a sentence, exit 1', async () => {
    const full = openSync('/dev/full', 'w');
    const ended = await run(full);
    closeSync(full);
    expect(ended).toEqual({
      stderr: expect.stringMatching(/^Standard output cannot be written: no space is left.*\n$/),
      code: 1,
    });
  });

  test('that nobody reads any more: no complaint', async () => {
    expect((await run('pipe')).stderr).toBe('');
  });
});
