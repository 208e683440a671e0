import { describe, expect, test } from 'vitest';
import { evaluateConfusion } from '../../lib/evaluation/evaluate-confusion';
import { type Reported, reportAnswers } from '../../lib/report/report-answers';
import { sampleAudit } from '../audit/sample-audit';

const classes = ['covid', 'normal'];
const run = (title: string, confusion: number[][], weights = 'random') => ({
  backbone: title.toLowerCase(),
  title,
  weights,
  classes,
  evaluation: evaluateConfusion(confusion, classes),
});
const reported: Reported = {
  notebooks: [{ ok: true }, { ok: true }],
  dataset: 'dataset/demo',
  counts: { covid: 36, normal: 30 },
  synthetic: true,
  runs: [
    run('VGG16', [
      [0, 7],
      [0, 8],
    ]),
    run(
      'Fractal',
      [
        [18, 0],
        [0, 18],
      ],
      'fractals',
    ),
  ],
  audits: [],
  backend: 'tensorflow 2.19.1',
};
const answers = (more: Partial<Reported> = {}) =>
  Object.fromEntries(reportAnswers({ ...reported, ...more })) as Record<string, string>;

describe('on top of the report stands', () => {
  test('what was run, on what, how good, what the audit says, what it is for, in this order', () => {
    expect(reportAnswers(reported).map(([question]) => question)).toEqual([
      'What was run',
      'On what',
      'How good',
      'What the audit says',
      'What it is for',
    ]);
    expect(answers()['What it is for']).toContain('Education only, never diagnosis');
  });

  test('what was run: notebooks, those that failed, models with their weights', () => {
    expect(answers()['What was run']).toBe(
      '2 notebooks, all to the end, on tensorflow 2.19.1. 2 trainings: VGG16 with random weights; Fractal with pretrained weights.',
    );
    const failed = answers({ notebooks: [{ ok: true }, { ok: false }], runs: [] })['What was run'];
    expect(failed).toBe(
      '2 notebooks, 1 of them stopped by an error, on tensorflow 2.19.1. No model was kept.',
    );
  });

  test('on what: counts, and that phantoms are phantoms', () => {
    expect(answers()['On what']).toMatch(/^66 pictures in dataset\/demo: 36 covid, 30 normal\. .*phantoms/);
    expect(answers({ synthetic: false })['On what']).not.toContain('phantom');
    expect(answers({ counts: {} })['On what']).toContain('No pictures');
  });

  test('how good: best and worst with intervals, and how many are no better than guessing', () => {
    const text = answers()['How good'];
    expect(text).toContain('best Fractal (pretrained weights) on covid, normal: 1.000 [0.904, 1.000]');
    expect(text).toContain('worst VGG16 (random weights) on covid, normal: 0.533 [0.301, 0.752]');
    // 8 of 15 are normal: always saying so reaches 0.533.
    expect(text).toContain('Of 2 models, 1 has not been shown');
    const one = answers({ runs: reported.runs.slice(1) })['How good'];
    expect(one).not.toMatch(/worst|not been shown/);
    expect(answers({ runs: [{ ...reported.runs[0]!, evaluation: null }] })['How good']).toBe(
      'No model was evaluated.',
    );
  });

  test('what the audit says, each once; without one, how to make it', () => {
    const audit = { of: 'demo', ...sampleAudit };
    const text = answers({ audits: [audit, { ...audit, of: 'pictures of vgg16' }] })['What the audit says'];
    const flagged = sampleAudit.tests.filter(({ verdict }) => verdict === 'flagged');
    expect(flagged.length).toBeGreaterThan(1);
    expect(text).toBe(
      `demo: flagged. ${sampleAudit.expectation} Of ${sampleAudit.tests.length} tests, flagged: ${flagged
        .map(({ title }) => title)
        .join('; ')}.`,
    );
    const clear = { ...audit, tests: audit.tests.filter(({ verdict }) => verdict !== 'flagged') };
    expect(answers({ audits: [clear] })['What the audit says']).toContain(', none flagged.');
    expect(answers()['What the audit says']).toContain('xray-transfer audit');
  });
});
