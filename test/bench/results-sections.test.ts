import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { formatFigure } from '../../lib/evaluation/format-figure';
import { meanWithInterval } from '../../lib/evaluation/mean-with-interval';
import type { CrossValidation } from '../../lib/transfer/cross-validate';
import { sampleAudit } from '../audit/sample-audit';
import { bench } from './bench';

const root = mkdtempSync(path.join(tmpdir(), 'xray-results-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A cross-validation of two folds, 20 pictures each, of which so many were right. */
function folds(right: readonly [number, number]): CrossValidation {
  const runs = right.map((count, fold) => ({
    seed: 0,
    fold,
    train: 20,
    evaluation: evaluateConfusion(
      [
        [10, 0],
        [20 - count, count - 10],
      ],
      ['covid', 'normal'],
    ),
  }));
  const accuracy = meanWithInterval(
    runs.map(({ evaluation }) => evaluation.accuracy.value),
    { testToTrain: 1, range: [0, 1] },
  );
  return {
    classes: ['covid', 'normal'],
    folds: 2,
    seeds: [0],
    runs,
    accuracy,
    predictions: [],
    synthetic: false,
  };
}

/** The cells of every table among the lines, heads first, rules left out. */
function tablesOf(lines: readonly string[]): string[][][] {
  const tables: string[][][] = [];
  lines.forEach((line, i) => {
    if (!line.startsWith('|')) return;
    if (!lines[i - 1]?.startsWith('|')) tables.push([]);
    const cells = line.slice(2, -2).split(' | ');
    if (!cells.every((cell) => cell === '---')) tables.at(-1)!.push(cells);
  });
  return tables;
}

function expectTables(lines: readonly string[], rows: readonly number[]): string[][][] {
  const tables = tablesOf(lines);
  expect(tables.map((table) => table.length - 1)).toEqual(rows);
  for (const [head, ...rest] of tables) for (const row of rest) expect(row).toHaveLength(head!.length);
  expect(lines.join('\n')).not.toMatch(/undefined|NaN|\[object/);
  return tables;
}

const draws = [0.9, 0.92, 0.91].map((auroc) => ({ auroc, accuracy: auroc - 0.05, other: auroc - 0.01 }));

describe('what transfers', () => {
  it('stands as figures and as paired differences', async () => {
    const { render } = await bench('results/transfer');
    const row = (id: string, name: string, better: number) => ({
      id,
      name,
      phantomsTwo: folds([12 + better, 14 + better]),
      phantomsThree: folds([11 + better, 12]),
      xraysThree: folds([18, 19]),
      draws: draws.map(({ auroc, ...draw }) => ({ ...draw, auroc: auroc + better / 100 })),
    });
    const lines = render([
      row('pixels', 'thumbnail', 0),
      row('random', 'random', 1),
      row('fractal', 'fractals', 4),
      row('refitted', 'refitted', 4),
      row('mobilenet', 'ImageNet', 5),
    ]);
    const [figures, differences] = expectTables(lines, [5, 4]);
    expect(figures![1]).toEqual([
      'thumbnail',
      formatFigure(folds([12, 14]).accuracy),
      formatFigure(folds([11, 12]).accuracy),
      formatFigure(folds([18, 19]).accuracy),
      formatFigure(meanWithInterval([0.85, 0.87, 0.86])),
      formatFigure(meanWithInterval([0.9, 0.92, 0.91])),
    ]);
    // Three more of 20 in both folds: a difference that does not vary.
    expect(differences!.find(([name]) => name === 'fractals − random')!.slice(1)).toEqual([
      '0.150 [0.150, 0.150]',
      formatFigure(meanWithInterval([0.15, 0], { testToTrain: 1, range: [-1, 1] })),
      '0.000 [0.000, 0.000]',
      '0.000 [0.000, 0.000]',
      '0.030 [0.030, 0.030]',
    ]);
  });
});

describe('the other sections', () => {
  it('the pretraining: the record beside the weights, thinned', async () => {
    const { compute, render } = await bench('results/pretraining');
    const record = await compute();
    const lines = render(record);
    const [[, ...points]] = expectTables(lines, [4]) as [string[][]];
    expect(points.at(-1)).toEqual([
      record.pictures.toLocaleString('en-GB'),
      record.curve.at(-1).loss.toFixed(2),
      record.top1.toFixed(3),
    ]);
    expect(lines.join('\n')).toContain(`${Math.round(record.seconds / 60)} minutes`);
  });

  it('ways of training: each beside its difference from the first', async () => {
    const { render } = await bench('results/ways-of-training');
    const lines = render([
      { name: 'frozen', result: folds([16, 18]) },
      { name: 'fine-tuned', result: folds([18, 20]) },
    ]);
    const [[, frozen, tuned]] = expectTables(lines, [2]) as [string[][]];
    expect(frozen).toEqual(['frozen', formatFigure(folds([16, 18]).accuracy), '']);
    expect(tuned).toEqual(['fine-tuned', formatFigure(folds([18, 20]).accuracy), '0.100 [0.100, 0.100]']);
  });

  it('cross-validation: accuracy, how many were right, and every figure of one network', async () => {
    const { render } = await bench('results/cross-validation');
    const evaluation = evaluatePredictions(
      ['covid', 'normal', 'covid', 'normal'],
      [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.4, 0.6],
        [0.3, 0.7],
      ],
      ['covid', 'normal'],
    );
    const lines = render({
      count: 20,
      rows: [{ name: 'all', two: folds([18, 19]), three: folds([20, 20]) }],
      full: { name: 'MobileNet', evaluations: [evaluation] },
    });
    const [[, row], [, covid]] = expectTables(lines, [1, 2]) as [string[][], string[][]];
    expect(covid!.slice(0, 3)).toEqual(['covid', '2', formatFigure(evaluation.perClass.covid!.sensitivity)]);
    expect(lines.join('\n')).toContain(
      `expected calibration error ${formatFigure(evaluation.calibration!.ece)}`,
    );
    expect(row).toEqual([
      'all',
      formatFigure(folds([18, 19]).accuracy),
      '37/40',
      '1.000 [1.000, 1.000]',
      '40/40',
    ]);
  });

  it('one source: no interval beyond 1', async () => {
    const { render } = await bench('results/one-source');
    const high = [0.9, 0.999, 0.999].map((auroc) => ({ auroc, accuracy: auroc, other: auroc }));
    const [[, row]] = expectTables(render([{ name: 'all', draws: high }]), [1]) as [string[][]];
    expect(row![1]).toMatch(/, 1\.000\]$/);
    expect(row![2]).toBe('0.900, 0.999, 0.999');
  });

  it('by number of pictures: a column for each', async () => {
    const { render } = await bench('results/learning-curves');
    const points = [5, 69].map((perClass) => ({ perClass, accuracy: folds([15, 16]).accuracy }));
    const [[head]] = expectTables(render([{ name: 'all', points }]), [1]) as [string[][]];
    expect(head).toEqual(['features', '5 a class', '69 a class']);
  });

  it("not covid: beside the article's counts", async () => {
    const { render } = await bench('results/not-covid');
    const call = (label: string) => ({
      label,
      total: 4,
      count: 3,
      share: { value: 0.75, low: 0.3, high: 0.95 },
    });
    const rows = [{ name: 'all', calls: [call('normal'), call('pneumonia')], found: 7 }];
    const [[, own, article]] = expectTables(render({ count: 9, rows }), [3]) as [string[][]];
    expect(own).toEqual(['all', '3/4', '0.750 [0.300, 0.950]', '3/4', '0.750 [0.300, 0.950]', '7/9']);
    expect(article![1]).toBe('189/234');
  });

  it("the article's protocol: its figure, or a dash where it has none", async () => {
    const { render } = await bench('results/article');
    const run = (backbone: string) => ({
      backbone,
      title: backbone,
      weights: 'random',
      classes: ['covid', 'normal'],
      preset: 'article',
      accuracy: { value: 0.5, low: 0.3, high: 0.7 },
      confusion: [
        [1, 2],
        [3, 4],
      ],
    });
    const [[, vgg, mobile]] = expectTables(render([run('vgg16'), run('mobilenet')]), [2]) as [string[][]];
    expect(vgg!.slice(5)).toEqual(['[[1,2],[3,4]]', '0.963 [0.817, 0.993]']);
    expect(mobile!.at(-1)).toBe('–');
  });

  it('an audit stands test by test, with figure, verdict and rule', async () => {
    const { render } = await bench('results/audit');
    const { duplicates: _, ...audit } = sampleAudit;
    const lines: string[] = render({
      audits: [{ name: 'COVID-19 against normal', about: 'Pictures.', audit }],
      phantoms: ['| phantoms | flagged |', '| --- | --- |', '| mark on one class | 10 of 10 |'],
      noise: ['| flagged | three classes |', '| --- | --- |', '| the whole | 0 of 100 |'],
    });
    const [[, copies, border, , view]] = expectTables(lines, [4, 1, 1]) as [string[][]];
    expect(copies!.slice(0, 3)).toEqual(['Identical files', '2 pictures too many', 'flagged']);
    expect(border!.slice(0, 3)).toEqual(['Border only', 'AUROC 0.95 [0.91, 0.99]', 'flagged']);
    expect(view!.slice(0, 3)).toEqual(['The projection', '–', 'not tested']);
    expect(lines.join('\n')).toContain(`**flagged.** ${audit.expectation}`);
    expect(lines.join('\n')).toContain('covid: 68 pictures of 46 patients, 68 taken');
  });

  it('counts stand in the number that they ask for', async () => {
    const { render } = await bench('results/audit');
    const { duplicates: _, data, tests, ...rest } = sampleAudit;
    const one = { given: 1, used: 1, findings: [{ label: 'ARDS', pictures: 1, patients: 1, sources: [] }] };
    const copies = { ...tests[0]!, figure: { value: 1, low: 1, high: 1 } };
    const audit = { ...rest, data: { ...data, controls: one }, tests: [copies] };
    const text: string = render({
      audits: [{ name: 'One', about: 'Pictures.', audit }],
      phantoms: [],
      noise: [],
    }).join('\n');
    expect(text).toContain('Controls: 1 of 1 picture used (ARDS: 1 picture of 1 patient).');
    expect(text).toContain('| Identical files | 1 picture too many |');
  });

  it('each section of the list computes and renders', async () => {
    const { sections } = await bench('results/sections');
    for (const section of Object.values<Record<string, unknown>>(sections))
      expect(section).toMatchObject({ compute: expect.any(Function), render: expect.any(Function) });
  });
});

describe('figures that are kept', () => {
  it('are not computed again, unless what they follow from has changed', async () => {
    const { keeper } = await bench('results/kept');
    const folder = path.join(root, 'figures');
    let computed = 0;
    const work = async () => ({ value: ++computed });
    expect(await keeper(folder, 'a')('x', work)).toEqual({ value: 1 });
    expect(await keeper(folder, 'a')('x', work)).toEqual({ value: 1 });
    expect(await keeper(folder, 'a')('y', work)).toEqual({ value: 2 });
    expect(await keeper(folder, 'b')('x', work)).toEqual({ value: 3 });
    expect(await keeper(folder, 'a')('x', work)).toEqual({ value: 1 });
    for (const file of readdirSync(folder)) writeFileSync(path.join(folder, file), '{"name":');
    expect(await keeper(folder, 'a')('x', work)).toEqual({ value: 4 });
  });

  it('are not kept where the work fails', async () => {
    const { keeper } = await bench('results/kept');
    const keep = keeper(path.join(root, 'failed'), 'a');
    await expect(keep('x', () => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
    expect(await keep('x', async () => 1)).toBe(1);
  });

  it('follow from the code', async () => {
    const { codeHash } = await bench('results/kept');
    expect(await codeHash()).toMatch(/^[0-9a-f]{64}$/);
    expect(await codeHash()).toBe(await codeHash());
  });
});

describe('npm run results', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(projectFolder, 'bench', 'results.mjs'), ...args]).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      ({ code, stderr }) => ({ code, text: stderr as string }),
    );

  it('says how it is used, and refuses sections that there are not and pictures that are not there', async () => {
    const { sections } = await bench('results/sections');
    const { code, text } = await run('--help');
    expect(code).toBe(0);
    for (const name of Object.keys(sections)) expect(text).toContain(name);
    expect(await run('--only', 'everything')).toMatchObject({
      code: 1,
      text: expect.stringMatching(/everything.*transfer/s),
    });
    expect(await run('--covid', path.join(root, 'nowhere'))).toMatchObject({
      code: 1,
      text: expect.stringMatching(/nowhere.*--covid/s),
    });
  });
});
