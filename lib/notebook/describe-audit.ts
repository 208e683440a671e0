import type { Audit } from '../audit/audit';
import { educationOnly } from '../core/education-only';
import { plural } from '../core/plural';
import { formatFigure } from '../evaluation/format-figure';
import { weightsWords } from '../networks/weights-words';
import { type Table, table } from './table';

/** Whether a value is an audit. */
export const isAudit = (value: object): value is Audit =>
  'expectation' in value && 'tests' in value && 'duplicates' in value;

/** An audit as a table, a row a test; what to expect stands above, each test's rule beside its verdict. */
export function describeAudit({ data, backbone, whole, tests, expectation }: Audit): Table {
  const rows = [
    {
      test: 'Whole pictures',
      measure: 'AUROC',
      figure: whole,
      verdict: '',
      words: `What the others are set against: ${[backbone.title, weightsWords(backbone.weights)].filter(Boolean).join(', ')}.`,
      rule: '',
    },
    ...tests.map(({ title, measure, figure, verdict, words, rule }) => ({
      test: title,
      measure,
      // A count is a number, not an estimate.
      figure: figure.value !== null && figure.low === figure.high ? figure.value : figure,
      verdict,
      words,
      rule,
    })),
  ];
  return table(rows, {
    caption: expectation,
    columns: [
      'test',
      'measure',
      { key: 'figure', digits: 2 },
      'verdict',
      { key: 'words', title: 'what was found' },
      'rule',
    ],
    note: [
      `${plural(data.pictures, 'picture')} of ${plural(data.patients, 'patient')}; AUROC of pictures whose patients were not trained on, in brackets 95 % intervals.`,
      ...(data.synthetic ? ['Synthetic phantoms, not X-rays of people.'] : []),
      educationOnly,
    ].join(' '),
  });
}

/** An audit for a terminal. */
export function auditText({ data, whole, tests, verdict, expectation, duplicates }: Audit): string {
  const classes = data.classes.map(
    ({ label, pictures, patients, sampled, sources }) =>
      `${label}: ${plural(pictures, 'picture')} of ${plural(patients, 'patient')}${sampled < pictures ? ` (${sampled} taken for the tests that learn)` : ''}, from ${sources.join(', ')}`,
  );
  const line = (test: Audit['tests'][number]) =>
    `${test.verdict.toUpperCase().padEnd(10)}  ${test.title}. ${test.words}${test.verdict === 'not tested' ? '' : ` (${test.rule})`}`;
  const part = (name: 'leakage' | 'shortcuts') => tests.filter((test) => test.part === name).map(line);
  const pairs = duplicates.filter(({ exact }) => !exact).slice(0, 10);
  return [
    ...classes,
    ...(data.controls.given
      ? [
          `controls: ${data.controls.used} of ${plural(data.controls.given, 'picture')} used${data.controls.findings.map(({ label, pictures }) => `; ${label} ${pictures}`).join('')}`,
        ]
      : []),
    ...(data.synthetic ? ['Synthetic phantoms: this says nothing about X-rays.'] : []),
    '',
    'Leakage',
    ...part('leakage'),
    ...(pairs.length ? ['Pairs that look alike and are not identical, of two patients first:'] : []),
    ...pairs.map(({ pictures, hashDistance }) => `  ${hashDistance} of 256 bits: ${pictures.join('  ')}`),
    '',
    `Shortcuts (whole pictures: AUROC ${formatFigure(whole, 2)})`,
    ...part('shortcuts'),
    '',
    `${verdict.toUpperCase()}. ${expectation}`,
    educationOnly,
  ].join('\n');
}
