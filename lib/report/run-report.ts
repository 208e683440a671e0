import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { auditDataset } from '../audit/audit-dataset';
import { keptAudit } from '../audit/kept-audit';
import { InputError } from '../core/check';
import { exists } from '../core/files';
import { plainMarkdown } from '../core/markdown';
import { plural } from '../core/plural';
import type { WorkOptions } from '../core/progress';
import { datasetFolder, modelsFolder, projectFolder, unreadableSetting } from '../core/settings';
import { writing } from '../core/write-error';
import { createArticleDataset } from '../dataset/create-article-dataset';
import { loadDataset } from '../dataset/load-dataset';
import type { ReadingOptions } from '../dataset/reading-options';
import { type AuditSummary, otherPictures } from '../evaluation/audit-summary';
import { projectDataset } from '../notebook/create-project';
import { executeNotebook } from '../notebook/execute';
import { NotebookProcess } from '../notebook/notebook-child';
import { variableOf } from '../notebook/parameters';
import { type KeptRun, keptRuns } from '../transfer/kept-runs';
import type { ReportedAudit } from './audit-section';
import { buildReport, type Notice, type ReportFile } from './build';
import { type ChosenNotebooks, chooseNotebooks, notebooksFolder } from './choose-notebooks';
import { describeData } from './describe-data';
import { examine } from './examine';
import { printingBrowser, printPdf } from './print-pdf';
import { reportAnswers } from './report-answers';

export interface ReportRunOptions extends WorkOptions {
  /** `demo`: phantoms, made if needed; else a dataset folder. Default: what `datasetFolder` finds. */
  readonly data?: string;
  /** A project that `createProject` made: its notebooks are run, over its pictures. Default: this project's own. */
  readonly project?: string;
  /** Folder to write to. Default: `report`, in the project if one is named. */
  readonly out?: string;
  /** Whether to print it as report.pdf too, which needs Chromium. Default false. */
  readonly pdf?: boolean;
  /** Which notebooks run, and what they are told. Default: all, with their own parameters. */
  readonly chosen?: ChosenNotebooks;
  /**
   * Whether notebooks stop at pictures that cannot be used. Default: such pictures are left out, and named in the report;
   * or as XRAY_UNREADABLE says.
   */
  readonly strict?: boolean;
}

/** How one notebook's run ended. */
export interface NotebookRun {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly error?: { readonly cell: number; readonly name: string; readonly message: string };
}

export interface ReportRun {
  readonly file: string;
  readonly bytes: number;
  /** The PDF, where one was asked for. */
  readonly pdf?: ReportFile;
  readonly notebooks: readonly NotebookRun[];
  readonly seconds: number;
}

/**
 * The demo is kept small, so that two cores are through in minutes: fewer pictures than the article's, the fastest
 * network for three classes, and no rotated copies, which with random weights would show nothing. The environment
 * overrides each.
 */
const demoParameters = {
  augment: '0',
  count: '36',
  testCount: '10',
  threeClassBackbones: 'resnet50v2',
};

const parametersFor = (data: string | undefined): Readonly<Record<string, string>> =>
  data === 'demo'
    ? Object.fromEntries(
        Object.entries(demoParameters).map(([name, value]) => [
          variableOf(name),
          process.env[variableOf(name)] ?? value,
        ]),
      )
    : {};

async function chooseDataset(
  { data, project, onProgress, signal }: ReportRunOptions,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  if (project) {
    process.env.XRAY_DATASET = await projectDataset(project);
    process.env.XRAY_MODELS = path.resolve(project, 'models');
    return;
  }
  if (data && data !== 'demo') {
    if (!(await exists(data)))
      throw new InputError(`--data is "${data}"; there is no such folder. Choose demo or a dataset folder`);
    process.env.XRAY_DATASET = path.resolve(data);
    return;
  }
  const phantoms = path.join(projectFolder, 'dataset', 'demo');
  if (data === 'demo') process.env.XRAY_DATASET = phantoms;
  if (datasetFolder() === phantoms)
    await createArticleDataset(phantoms, {
      covidFrom: '',
      kaggleFrom: '',
      ...Object.fromEntries(
        (['count', 'testCount'] as const).flatMap((name) => {
          const text = variables[variableOf(name)];
          return text === undefined ? [] : [[name, Number(text)]];
        }),
      ),
      onProgress,
      signal,
    });
}

/**
 * The audit kept beside a dataset if it is of these pictures, else one made now, with the network that comes with the
 * project; undefined for pictures that cannot be audited: too few, or of one class.
 */
async function auditOf(dataset: string, work: ReadingOptions): Promise<AuditSummary | undefined> {
  try {
    const { onRefused, ...others } = work;
    const xrays = await loadDataset(dataset, work);
    const kept = await keptAudit(dataset, xrays);
    if (kept && kept !== otherPictures) return kept;
    return await auditDataset(xrays, { backbone: 'fractal', weights: 'fractals', ...others });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The audit of the dataset, and those that models were saved with. */
async function auditsOf(
  dataset: string,
  models: readonly KeptRun[],
  work: ReadingOptions,
): Promise<ReportedAudit[]> {
  const own = await auditOf(dataset, work);
  return [
    ...(own ? [{ of: path.basename(dataset), ...own }] : []),
    ...models.flatMap(({ name, audit }) => (audit ? [{ of: `pictures of ${name}`, ...audit }] : [])),
  ];
}

/** "dataset/demo"; of a folder elsewhere its name alone: the folders above it are nobody's concern. */
function shownName(folder: string): string {
  const inside = path.relative(projectFolder, folder);
  return inside.startsWith('..') || path.isAbsolute(inside) ? path.basename(folder) : inside;
}

/** The first ten, and how many more. */
const shortList = (texts: readonly string[]): string =>
  texts.slice(0, 10).join('; ') + (texts.length > 10 ? `; and ${texts.length - 10} more` : '');

const titleOf = ({ backbone }: KeptRun): string => backbone.title;

/** @throws InputError if executed notebooks would be written over the notebooks themselves */
async function checkApart(executed: string, source: string): Promise<void> {
  const [to, from] = await Promise.all([executed, source].map((name) => realpath(name).catch(() => name)));
  if (to === from)
    throw new InputError(
      `${source} holds the notebooks themselves, which their executed copies would replace; name another folder for the report`,
    );
}

/**
 * Runs the notebooks in order, each in a process of its own, and writes one self-contained HTML file. A notebook that
 * fails is shown with its error, and the others run.
 * @throws InputError before anything is run, for a folder that is not there, an `out` whose notebooks/ holds the notebooks
 * themselves, or a PDF that nothing here could print
 */
export async function runReport(options: ReportRunOptions): Promise<ReportRun> {
  const start = performance.now();
  const begun = new Date().toISOString();
  const { onProgress, signal } = options;
  if (options.pdf) printingBrowser();
  const { project, out = path.join(project ?? '', 'report') } = options;
  const source = notebooksFolder(project);
  const executed = path.resolve(out, 'notebooks');
  await checkApart(executed, source);
  const { files: names, variables } = options.chosen ?? (await chooseNotebooks([], [], project));
  const env = { ...parametersFor(options.data), ...variables };
  await chooseDataset(options, env);
  if (options.strict) process.env.XRAY_UNREADABLE = 'stop';
  else process.env.XRAY_UNREADABLE ||= 'skip';
  await writing(executed, () => mkdir(executed, { recursive: true }));
  const runs: NotebookRun[] = [];
  // Each notebook's process starts while the one before it runs.
  const begin = (file: string | undefined) =>
    file === undefined ? undefined : new NotebookProcess(path.join(source, file), env);
  let next = begin(names[0]);
  for (const [i, file] of names.entries()) {
    const name = path.basename(file, '.ipynb');
    const child = next;
    next = begin(names[i + 1]);
    try {
      const result = await executeNotebook(path.join(source, file), {
        output: path.join(executed, file),
        child,
        signal,
        onCell: (index, total) =>
          onProgress?.({ stage: `${i + 1}/${names.length} ${name}`, done: index, total }),
      });
      runs.push({ name, ...result });
    } catch (error) {
      await next?.close();
      throw error;
    }
  }
  const examination = await examine();
  const further: Record<string, string> = project
    ? {}
    : { miniature: path.join(projectFolder, 'dataset', 'miniature') };
  const data = await describeData(datasetFolder(), further);
  // Of this report's notebooks: what others kept before stands in the comparison notebook.
  const models = (await keptRuns(modelsFolder())).filter(({ date }) => date >= begun);
  // One that also ran with trained weights ran with random ones on purpose, to be compared.
  const trained = new Set(models.filter(({ backbone }) => backbone.weights !== 'random').map(titleOf));
  const random = [...new Set(models.map(titleOf))].filter((title) => !trained.has(title));
  const dataset = datasetFolder();
  const leftOut: string[] = [];
  const onRefused = (_: string, { message }: InputError) =>
    leftOut.push(message.replaceAll(`${dataset}${path.sep}`, ''));
  const audits = await auditsOf(dataset, models, {
    onProgress,
    signal,
    ...(unreadableSetting() === 'skip' && { onRefused }),
  });
  const notices: (string | Notice)[] = [
    ...(leftOut.length
      ? [
          `${plural(leftOut.length, 'picture')} cannot be used, left out: ${shortList(leftOut.map(plainMarkdown))}.`,
        ]
      : []),
    ...(data.synthetic
      ? [
          {
            label: 'Synthetic data',
            text: 'Every picture is a phantom drawn by this program; no result says anything about X-rays of people.',
          },
        ]
      : []),
    ...(random.length
      ? [
          {
            label: 'Random weights',
            text: `${random.join(', ')} ran with random weights, because their weights are not on this machine.`,
          },
        ]
      : []),
    ...(examination.backend === 'tensorflow'
      ? []
      : [`Back end ${examination.backend ?? 'missing'}: ${examination.reason}.`]),
  ];
  const answers = reportAnswers({
    notebooks: runs,
    dataset: shownName(dataset),
    counts: data.counts,
    synthetic: data.synthetic,
    runs: models,
    audits,
    backend: [examination.backend ?? 'no back end', examination.tensorflow].filter(Boolean).join(' '),
  });
  const { file, bytes } = await buildReport({
    notebooks: names.map((name) => path.join(executed, name)),
    writtenIn: source,
    output: path.resolve(out, 'index.html'),
    ...(project && { title: `Transfer learning: ${path.basename(path.resolve(project))}` }),
    notices,
    summary: { answers, runs: models },
    audits,
    environment: {
      rows: [
        ['back end', `${examination.backend ?? 'none'} (${examination.reason})`],
        ['TensorFlow', examination.tensorflow ?? '–'],
        ['GPU', examination.gpu ?? 'none in use'],
        ['Node', examination.node],
        ['xray-transfer', require('../../package.json').version],
        ['date', new Date().toISOString().slice(0, 10)],
        ...data.rows,
      ],
    },
  });
  const pdf = options.pdf ? await printPdf(file, path.resolve(out, 'report.pdf'), { signal }) : undefined;
  return { file, bytes, pdf, notebooks: runs, seconds: (performance.now() - start) / 1000 };
}
