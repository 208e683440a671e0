import { plural } from '../core/plural';
import { formatFigure } from '../evaluation/format-figure';
import type { ReportedAudit } from './audit-section';
import { distinctAudits } from './audit-section';
import type { ReportedRun } from './report-summary';
import { runTitle, runWeights } from './report-summary';

/** What a report says on top: a question, and its answer in words. */
export type Answer = readonly [question: string, answer: string];

/** What the answers follow from. */
export interface Reported {
  /** Whether each notebook ran to its end. */
  readonly notebooks: readonly { readonly ok: boolean }[];
  /** Where the pictures are: "dataset/demo". */
  readonly dataset: string;
  /** Pictures of each class. */
  readonly counts: Readonly<Record<string, number>>;
  /** Whether any picture is a phantom. */
  readonly synthetic: boolean;
  readonly runs: readonly ReportedRun[];
  readonly audits: readonly ReportedAudit[];
  /** What computed: "tensorflow (TensorFlow 2.19.1)". */
  readonly backend: string;
}

type Evaluated = ReportedRun & { readonly evaluation: NonNullable<ReportedRun['evaluation']> };

/** "VGG16 (random weights)" */
function nameOf(run: ReportedRun): string {
  const weights = runWeights(run);
  return runTitle(run) + (weights ? ` (${weights})` : '');
}

const isEvaluated = (run: ReportedRun): run is Evaluated => run.evaluation !== null;

/** Share of the test pictures that are of the largest class: what who always says that class reaches. */
function guessing({ evaluation: { confusion } }: Evaluated): number {
  const counts = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  return Math.max(...counts) / counts.reduce((a, b) => a + b, 0);
}

/** "VGG16, VGG19 with random weights; Fractal with pretrained weights" */
function byWeights(runs: readonly ReportedRun[]): string {
  const weights = [...new Set(runs.map(runWeights))];
  return weights
    .map((own) => {
      const titles = runs.filter((run) => runWeights(run) === own).map(runTitle);
      return [...new Set(titles)].join(', ') + (own ? ` with ${own}` : '');
    })
    .join('; ');
}

function whatRan({ notebooks, runs, backend }: Reported): string {
  const failed = notebooks.filter(({ ok }) => !ok).length;
  const ended = failed ? `${failed} of them stopped by an error` : 'all to the end';
  const trained = runs.length
    ? `${plural(runs.length, 'training')}: ${byWeights(runs)}.`
    : 'No model was kept.';
  return `${plural(notebooks.length, 'notebook')}, ${ended}, on ${backend}. ${trained}`;
}

function onWhat({ dataset, counts, synthetic }: Reported): string {
  const classes = Object.entries(counts).map(([label, count]) => `${count} ${label}`);
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  if (!total) return `No pictures were found in ${dataset}.`;
  return `${plural(total, 'picture')} in ${dataset}: ${classes.join(', ')}.${
    synthetic ? ' They are phantoms drawn by this program; nothing here holds for X-rays of people.' : ''
  }`;
}

function howGood({ runs }: Reported): string {
  const evaluated = runs.filter(isEvaluated);
  if (!evaluated.length) return 'No model was evaluated.';
  const ranked = [...evaluated].sort((a, b) => b.evaluation.accuracy.value - a.evaluation.accuracy.value);
  const words = (run: Evaluated) =>
    `${nameOf(run)} on ${run.classes.join(', ')}: ${formatFigure(run.evaluation.accuracy)}`;
  const noBetter = evaluated.filter((run) => run.evaluation.accuracy.low <= guessing(run)).length;
  return [
    `Accuracy on pictures kept for the test, with 95 % intervals: best ${words(ranked[0]!)}${
      ranked.length > 1 ? `; worst ${words(ranked.at(-1)!)}` : ''
    }.`,
    noBetter
      ? `Of ${plural(evaluated.length, 'model')}, ${noBetter} ${noBetter === 1 ? 'has' : 'have'} not been shown to be better than always saying the commonest class: the interval holds what that reaches.`
      : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function whatAudited({ audits }: Reported): string {
  const distinct = distinctAudits(audits);
  if (!distinct.length)
    return 'Nothing: these pictures were not audited. xray-transfer audit says why, or makes one.';
  return distinct
    .map(({ of, verdict, expectation, tests }) => {
      const flagged = tests.filter((test) => test.verdict === 'flagged').map(({ title }) => title);
      const found = flagged.length ? `flagged: ${flagged.join('; ')}` : 'none flagged';
      return `${of}: ${verdict}. ${expectation} Of ${plural(tests.length, 'test')}, ${found}.`;
    })
    .join(' ');
}

/** What was run, on what, how good it was, what the audit says, and what it is for. */
export const reportAnswers = (reported: Reported): Answer[] => [
  ['What was run', whatRan(reported)],
  ['On what', onWhat(reported)],
  ['How good', howGood(reported)],
  ['What the audit says', whatAudited(reported)],
  ['What it is for', 'Education only, never diagnosis. No figure here says anything about a patient.'],
];
