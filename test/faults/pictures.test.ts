import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { projectFolder } from '../../lib/core/settings';
import { mostSeconds } from '../../lib/dataset/picture-limits';
import { freshDist, runCli } from '../commands/dist';
import { brokenPictures, writeBroken } from './broken-pictures';
import { mutate } from './mutate';
import { samplePictures } from './sample-pictures';

/** Mutated pictures that are read; XRAY_FUZZ=10000 for the table in docs/limits.md. */
const mutants = Number(process.env.XRAY_FUZZ ?? 300);

/** Bytes that reading pictures may take: of the largest its pixels twice, and the program. */
const mostMemory = 1_500_000_000;

let scratch: string;
beforeAll(async () => {
  await freshDist();
  scratch = mkdtempSync(path.join(tmpdir(), 'xray-faults-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What became of each file of a folder. */
interface Outcome {
  readonly file: string;
  readonly milliseconds: number;
  readonly size?: readonly [width: number, height: number];
  /** What was said of it. */
  readonly refused?: string;
  /** An error that no user can mend. */
  readonly failed?: string;
}

const reader = `
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { InputError } = require('./dist/core/check');
const { inspectPicture } = require('./dist/dataset/inspect-picture');
const [folder] = process.argv.slice(1);
(async () => {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    const start = performance.now();
    const outcome = await inspectPicture(file, () => true).then(
      ({ width, height }) => ({ size: [width, height] }),
      (error) => (error instanceof InputError ? { refused: error.message } : { failed: String(error.stack) }),
    );
    console.log(JSON.stringify({ file, milliseconds: performance.now() - start, ...outcome }));
  }
  console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024 }));
})();
`;

/** Reads and decodes every file of a folder in a process of its own. */
async function readAll(folder: string): Promise<{ outcomes: Outcome[]; peak: number }> {
  const options = { cwd: projectFolder, maxBuffer: 1e9 };
  const stdout = await new Promise<string>((resolve, reject) =>
    execFile(process.execPath, ['-e', reader, folder], options, (error, output, stderr) =>
      // A crash has a signal and no words.
      error
        ? reject(
            new Error(`${error.signal ?? error.code} after ${output.split('\n').length} files\n${stderr}`),
          )
        : resolve(output),
    ),
  );
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { peak } = lines.pop();
  return { outcomes: lines, peak };
}

const slowest = (outcomes: readonly Outcome[]): number =>
  Math.max(...outcomes.map(({ milliseconds }) => milliseconds));

test.skipIf(process.platform === 'win32')(
  'every known fault has its one answer, in time and in little memory',
  { timeout: 600_000 },
  async () => {
    const broken = await brokenPictures();
    const folder = path.join(scratch, 'broken');
    writeBroken(folder, broken);
    const { outcomes, peak } = await readAll(folder);
    expect(outcomes.filter(({ failed }) => failed)).toEqual([]);
    const byName = new Map(outcomes.map((outcome) => [path.basename(outcome.file), outcome]));
    for (const { name, answer } of broken) {
      const { size, refused, file } = byName.get(name)!;
      if (answer instanceof RegExp) {
        expect.soft(refused, name).toMatch(answer);
        // One that has control characters in its name is named by escapes.
        expect.soft(refused, name).toContain(/\p{Cc}/u.test(file) ? JSON.stringify(file) : file);
      } else expect.soft(size ?? refused, name).toEqual(answer);
    }
    expect(slowest(outcomes)).toBeLessThan(mostSeconds * 1000);
    expect(peak).toBeLessThan(mostMemory);
    console.log(
      `${broken.length} known faults: slowest ${Math.round(slowest(outcomes))} ms, ${Math.round(peak / 1e6)} MB`,
    );
  },
);

test(`${mutants} mutated pictures: no crash, no hang, little memory, each refused one named`, {
  timeout: 600_000 + 200 * mutants,
}, async () => {
  const random = seededRandom('mutated pictures');
  const samples = [...(await samplePictures(random.fork('samples')))];
  const folder = path.join(scratch, 'mutants');
  mkdirSync(folder);
  const how = new Map<string, string>();
  for (let i = 0; i < mutants; i++) {
    const [name, bytes] = samples[i % samples.length]!;
    const [, other] = samples[random.integer(samples.length)]!;
    const mutant = mutate(bytes, random, other);
    const file = path.join(folder, `${String(i).padStart(6, '0')}-${name}`);
    writeFileSync(file, mutant.bytes);
    how.set(file, mutant.how);
  }
  const { outcomes, peak } = await readAll(folder);
  expect(outcomes).toHaveLength(mutants);
  expect(
    outcomes
      .filter(({ failed }) => failed)
      .map(({ file, failed }) => `${file} (${how.get(file)}): ${failed}`),
  ).toEqual([]);
  const refused = outcomes.filter((outcome) => outcome.refused !== undefined);
  expect(refused.filter((outcome) => !outcome.refused!.includes(outcome.file))).toEqual([]);
  expect(slowest(outcomes)).toBeLessThan(mostSeconds * 1000);
  expect(peak).toBeLessThan(mostMemory);
  // Both happen: what is changed where no checksum looks is a picture still.
  expect(refused.length).toBeGreaterThan(mutants / 4);
  expect(refused.length).toBeLessThan(mutants);
  console.log(
    `${mutants} mutants: ${refused.length} refused, ${mutants - refused.length} read; slowest ${Math.round(slowest(outcomes))} ms, ${Math.round(peak / 1e6)} MB`,
  );
});

test.skipIf(process.platform === 'win32')(
  'a dataset with broken pictures: they are named and left out, the rest is trained on; --strict stops at the first',
  { timeout: 600_000 },
  async () => {
    const dataset = path.join(scratch, 'dataset');
    const random = seededRandom('a dataset');
    for (const label of ['covid', 'normal']) {
      mkdirSync(path.join(dataset, label), { recursive: true });
      for (let i = 0; i < 2; i++)
        for (const [name, bytes] of await samplePictures(random.fork(`${label} ${i}`)))
          if (/\.(png|jpg)$/.test(name)) writeFileSync(path.join(dataset, label, `${i}-${name}`), bytes);
    }
    const good = readdirSync(path.join(dataset, 'covid')).length;
    const broken = (await brokenPictures()).filter(
      ({ answer, content }) =>
        answer instanceof RegExp && (typeof content === 'function' || content.length < 1e5),
    );
    writeBroken(path.join(dataset, 'covid'), broken);
    const environment = { XRAY_CACHE: path.join(scratch, 'cache') };
    const model = path.join(scratch, 'model');
    const train = [
      ...['train', '--dataset', dataset, '--backbone', 'fractal', '--epochs', '2'],
      ...['--out', model, '--json'],
    ];
    const strict = await runCli([...train, '--strict'], environment);
    expect(strict.code).toBe(1);
    expect(strict.stderr.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(strict.stdout).error).toContain(path.join(dataset, 'covid'));

    const trained = await runCli(train, environment);
    expect(trained.code, trained.stderr).toBe(0);
    const { refused, counts } = JSON.parse(trained.stdout);
    const names = (list: readonly { file: string }[]) => list.map(({ file }) => path.basename(file)).sort();
    expect(names(refused)).toEqual(broken.map(({ name }) => name).sort());
    expect(counts.train + counts.validation + counts.test).toBe(2 * good);
    expect(trained.stderr.match(/^Left out: /gm)).toHaveLength(broken.length);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(trained.stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\u202e]/);

    const evaluated = await runCli(['evaluate', model, '--dataset', dataset, '--json'], environment);
    expect(names(JSON.parse(evaluated.stdout).refused)).toEqual(names(refused));
    const files = ['cut.jpg', '0-grey.jpg'].map((name) => path.join(dataset, 'covid', name));
    const predicted = await runCli(['predict', model, ...files, '--json'], environment);
    expect(JSON.parse(predicted.stdout).predictions).toMatchObject([
      { file: files[0], error: expect.stringContaining('is damaged') },
      { file: files[1], label: expect.any(String) },
    ]);
    const stopped = await runCli(['predict', model, ...files, '--strict', '--json'], environment);
    expect([stopped.code, JSON.parse(stopped.stdout)]).toEqual([
      1,
      { error: expect.stringContaining(`${files[0]} is damaged`) },
    ]);
  },
);

test.skipIf(process.platform === 'win32')(
  'a report over such a dataset names what was left out, and no folder of this machine',
  { timeout: 600_000 },
  async () => {
    const [dataset, project] = [path.join(scratch, 'dataset'), path.join(scratch, 'project')];
    expect((await runCli(['new', project, '--from', dataset])).code).toBe(0);
    const reported = await runCli(['report', '--project', project, '--notebook', '01-pictures', '--json'], {
      XRAY_CACHE: path.join(scratch, 'cache'),
    });
    expect(reported.code, reported.stderr).toBe(0);
    const html = readFileSync(JSON.parse(reported.stdout).file, 'utf8');
    expect(html).toMatch(/\d\d pictures cannot be used, left out: .*is damaged/);
    // Each in the cell that loads them.
    for (const name of ['cut.jpg', 'cmyk.jpg', 'a-pipe.png', 'a-link.png'])
      expect(html).toContain(`Left out: covid/${name}`);
    expect(html).not.toContain(`${dataset}${path.sep}`);
  },
);

test('a builder names what it leaves out; --strict stops at the first', { timeout: 300_000 }, async () => {
  const images = path.join(scratch, 'images');
  const samples = await samplePictures(seededRandom('a table'));
  mkdirSync(images);
  writeFileSync(path.join(images, 'a.png'), samples.get('grey.png')!);
  writeFileSync(path.join(images, 'b.png'), samples.get('grey.png')!.subarray(0, 300));
  const table = path.join(scratch, 'table.csv');
  writeFileSync(table, 'file,label\na.png,x\nb.png,x\n');
  const args = [
    ...['data', 'table', '--from', table, '--images', images, '--file', 'file', '--label', 'label'],
    ...['--class', 'x=x', '--to', path.join(scratch, 'built'), '--json'],
  ];
  const strict = await runCli([...args, '--strict']);
  expect([strict.code, JSON.parse(strict.stdout).error]).toEqual([
    1,
    expect.stringMatching(/b\.png is damaged/),
  ]);
  expect(readdirSync(path.join(scratch, 'built'))).toEqual([]);
  const built = await runCli(args);
  expect([built.code, JSON.parse(built.stdout)]).toMatchObject([
    0,
    { taken: 1, unreadable: [expect.stringMatching(/b\.png is damaged/)] },
  ]);
});
