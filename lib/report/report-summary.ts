import type { Figure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { weightsName, weightsWords } from '../networks/weights-words';
import { escapeHtml } from '../notebook/escape-html';
import { articleAccuracy } from './article-accuracy';

/** What run.json says of a training run; more fields are welcome. */
export interface ReportedRun {
  /** Its table name, or an object with name, title and weights, as run.json has it. */
  readonly backbone: string | { readonly name: string; readonly title: string; readonly weights: string };
  /** What it is kept under, told where nothing else tells two runs apart. */
  readonly name?: string;
  /** For people: "VGG16". Default: the backbone's. */
  readonly title?: string;
  /** "imagenet", "fractals", "random", or a file. Default: the backbone's. */
  readonly weights?: string;
  /** Whether the pictures are phantoms. Default false. */
  readonly synthetic?: boolean;
  readonly classes: readonly string[];
  /** Null where the model was never evaluated. */
  readonly evaluation: {
    readonly accuracy: Figure;
    readonly confusion: readonly (readonly number[])[];
    readonly labels: readonly string[];
  } | null;
  /** Seconds in all, or by part with their total. */
  readonly seconds?: number | { readonly total: number };
}

/** What stands on top of the report. */
export interface ReportSummary {
  /** Before the table: what was run, on what, how good. */
  readonly answers?: readonly (readonly [question: string, answer: string])[];
  readonly runs?: readonly ReportedRun[];
}

const percent = (share: number): string => `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;

// 0 at the left, 1 at the right: interval as a line, value as a dot, the article's as a hollow diamond.
function strip(own: Figure, article: Figure | undefined): string {
  const range = `<i class="range" style="left:${percent(own.low)};width:${percent(own.high - own.low)}"></i>`;
  const other = article ? `<i class="article" style="left:${percent(article.value)}"></i>` : '';
  return `<span class="strip" aria-hidden="true">${range}${other}<i class="dot" style="left:${percent(own.value)}"></i></span>`;
}

const weightNames: Readonly<Record<string, string>> = {
  imagenet: 'ImageNet',
  fractals: 'fractals',
  none: 'none',
  random: 'random',
};
// Of a file its name alone: the folders above it are nobody's concern.
const weightName = (weights: string): string => weightNames[weights] ?? weightsName(weights);

const secondsOf = (seconds: ReportedRun['seconds']): string => {
  const total = typeof seconds === 'number' ? seconds : seconds?.total;
  return total === undefined ? '–' : `${total < 10 ? total.toFixed(1) : Math.round(total)} s`;
};

const rightOf = (confusion: readonly (readonly number[])[]): string => {
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return `${right} of ${confusion.flat().reduce((a, b) => a + b, 0)}`;
};

const backboneOf = ({ backbone }: ReportedRun) =>
  typeof backbone === 'string' ? { name: backbone, title: backbone, weights: '' } : backbone;

/** The network's name for people. */
export const runTitle = (run: ReportedRun): string => run.title ?? backboneOf(run).title;

const weightsOf = (run: ReportedRun): string => run.weights ?? backboneOf(run).weights;

/** "ImageNet weights", "random weights"; empty where it is not known. */
export const runWeights = (run: ReportedRun): string => weightsWords(weightsOf(run));

const articleOf = (run: ReportedRun) => articleAccuracy(backboneOf(run).name, run.classes);

/** What a row says of a run before its figures. */
const shownOf = (run: ReportedRun): string =>
  JSON.stringify([runTitle(run), weightsOf(run), run.classes, run.synthetic]);

/** Whether others of these runs look the same but for their figures. */
const isOneOfSeveral = (run: ReportedRun, runs: readonly ReportedRun[]): boolean =>
  runs.filter((other) => shownOf(other) === shownOf(run)).length > 1;

/** @param compared whether the table has the article's figures at all */
function row(run: ReportedRun, runs: readonly ReportedRun[], compared: boolean): string {
  const article = articleOf(run);
  const name = isOneOfSeveral(run, runs) && run.name;
  const weights = weightName(weightsOf(run)) || '–';
  const figures = run.evaluation
    ? `<td class="figure">${strip(run.evaluation.accuracy, article)}${formatFigure(run.evaluation.accuracy)}</td>` +
      `<td class="number">${rightOf(run.evaluation.confusion)}</td>`
    : '<td colspan="2">not evaluated</td>';
  return (
    `<tr><th scope="row">${escapeHtml(runTitle(run))}${name ? ` <small>${escapeHtml(name)}</small>` : ''}</th>` +
    `<td${weights === 'random' ? ' class="caution"' : ''}>${escapeHtml(weights)}</td>` +
    `<td>${escapeHtml(run.classes.join(', '))}${run.synthetic ? ' <em class="caution">synthetic</em>' : ''}</td>` +
    `${figures}${compared ? `<td class="number">${article ? article.value.toFixed(3) : '–'}</td>` : ''}` +
    `<td class="number">${secondsOf(run.seconds)}</td></tr>`
  );
}

const columns = ['Network', 'Weights', 'Classes', 'Accuracy [95 % interval]', 'Right', 'Article', 'Time'];
const articleKey =
  '; <span class="strip" aria-hidden="true"><i class="article"></i></span> the article, on 27 pictures of two classes or 62 of three';
const numberColumns = new Set(['Right', 'Article', 'Time']);

function table(runs: readonly ReportedRun[]): string {
  // Somebody's own classes have no figures in the article.
  const compared = runs.some(articleOf);
  const heads = columns
    .filter((name) => compared || name !== 'Article')
    .map((name) => `<th scope="col"${numberColumns.has(name) ? ' class="number"' : ''}>${name}</th>`)
    .join('');
  return (
    '<div class="table" role="region" tabindex="0" aria-label="Accuracy of every run"><table class="runs">' +
    `<thead><tr>${heads}</tr></thead><tbody>${runs.map((run) => row(run, runs, compared)).join('')}</tbody></table></div>` +
    '<p class="key"><span class="strip" aria-hidden="true"><i class="dot"></i></span> this run with its 95 % interval, ' +
    `on a line from 0 to 1${compared ? articleKey : ''}.</p>`
  );
}

const list = (answers: NonNullable<ReportSummary['answers']>): string =>
  `<dl class="answers">${answers
    .map(([question, answer]) => `<div><dt>${escapeHtml(question)}</dt><dd>${escapeHtml(answer)}</dd></div>`)
    .join('')}</dl>`;

/**
 * What was run and how good it was: answers in words, and a row for each run with the article's accuracy beside its own.
 * Empty if there is nothing to say.
 */
export function reportSummary({ answers = [], runs = [] }: ReportSummary): string {
  if (!answers.length && !runs.length) return '';
  return (
    '<section class="summary" aria-labelledby="summary"><h2 id="summary">Summary</h2>' +
    `${answers.length ? list(answers) : ''}${runs.length ? table(runs) : ''}</section>`
  );
}
