import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFolder } from '../../lib/core/settings';

const whole = '<p>A report.</p>';
const passing = { numPassedTests: 5, numFailedTests: 0 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xray-count-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Ran {
  readonly tests?: object;
  readonly notebooks?: readonly boolean[];
  readonly page?: string;
  /** How tests, benchmarks and report ended. */
  readonly ends: readonly [number, number, number];
}

async function counted({ tests, notebooks, page, ends }: Ran) {
  if (tests) await writeFile(path.join(folder, 'tests.json'), JSON.stringify(tests));
  if (notebooks)
    await writeFile(
      path.join(folder, 'report.json'),
      JSON.stringify({ notebooks: notebooks.map((ok, index) => ({ name: `0${index + 1}`, ok })) }),
    );
  if (page) {
    await mkdir(path.join(folder, 'report'));
    await writeFile(path.join(folder, 'report', 'index.html'), page);
  }
  const count = path.join(projectFolder, '.ci', 'count.mjs');
  const { stdout, status } = spawnSync('node', [count, folder, ...ends.map(String)], { encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  return { last: lines.at(-1), told: lines.slice(0, -1).join('\n'), status };
}

describe('.ci/count', () => {
  it.each<[string, Ran, string, string]>([
    [
      'all that passed: tests, the benchmarks, notebooks, the report',
      { tests: passing, notebooks: [true, true], page: whole, ends: [0, 0, 0] },
      '9 passed, 0 failed',
      '',
    ],
    [
      'benchmarks that failed',
      { tests: passing, notebooks: [true, true], page: whole, ends: [0, 1, 0] },
      '8 passed, 1 failed',
      'FAILED the benchmarks',
    ],
    [
      'a notebook that failed, once, though the report ends in a failure with it',
      { tests: passing, notebooks: [true, false], page: whole, ends: [0, 0, 1] },
      '8 passed, 1 failed',
      'FAILED notebook 02',
    ],
    [
      'a report that failed though each notebook ran',
      { tests: passing, notebooks: [true], page: whole, ends: [0, 0, 1] },
      '7 passed, 1 failed',
      'FAILED the report: it ended in a failure',
    ],
    [
      'a report with a remark in the place of a picture',
      { tests: passing, notebooks: [true], page: '<span class="remark">No x.png</span>', ends: [0, 0, 0] },
      '7 passed, 1 failed',
      'FAILED the report: No x.png',
    ],
    [
      'a run in which nothing began',
      { ends: [1, 1, 1] },
      '0 passed, 3 failed',
      'FAILED the benchmarks\nFAILED the report: there is none',
    ],
  ])('counts %s', async (_, ran, last, told) => {
    expect(await counted(ran)).toEqual({ last, told, status: last.endsWith(' 0 failed') ? 0 : 1 });
  });

  it('names each failed test with its reason, and a file that did not load', async () => {
    const { last, told, status } = await counted({
      tests: {
        numPassedTests: 5,
        numFailedTests: 1,
        testResults: [
          {
            name: 'a.test.ts',
            status: 'failed',
            assertionResults: [
              { status: 'passed', fullName: 'adds', failureMessages: [] },
              { status: 'failed', fullName: 'divides', failureMessages: ['expected 2 to be 3'] },
            ],
          },
          { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
        ],
      },
      notebooks: [],
      page: whole,
      ends: [1, 0, 0],
    });
    expect(told).toBe(
      'FAILED a.test.ts: divides\nexpected 2 to be 3\nFAILED b.test.ts: did not load\nno such module',
    );
    expect(last).toBe('7 passed, 2 failed');
    expect(status).toBe(1);
  });
});
