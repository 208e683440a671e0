import { educationOnly } from '../core/education-only';
import { codeSpan, plainMarkdown } from '../core/markdown';
import { type AuditFound, auditFigure, otherPictures } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
import type { PossibleFigure } from '../evaluation/figure';
import { formatFigure } from '../evaluation/format-figure';
import { weightsWords } from '../networks/weights-words';
import { modelCautions, modelLimits } from './model-limits';
import type { TrainedParts } from './trained-parts';
import { toYaml, type YamlValue } from './yaml';

/** In every card, so that a README.md of somebody's own is known from it and never replaced. */
export const cardMark = '<!-- model card written by xray-transfer -->';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map(row).join('\n');

const classesOf = ({ classes }: TrainedParts): string => classes.join(' / ');

function metricOf(type: string, name: string, figure: PossibleFigure): YamlValue[] {
  if (figure.value === null) return [];
  return [
    {
      type,
      name: `${name}, 95 % interval ${figure.low.toFixed(3)} to ${figure.high.toFixed(3)}`,
      value: figure.value,
    },
  ];
}

/** The figures that need probabilities, where these were known. */
function ofProbabilities({ auroc, auprc, calibration }: Evaluation) {
  const all: readonly { type: string; name: string; figure: PossibleFigure | undefined }[] = [
    { type: 'roc_auc', name: 'AUROC', figure: auroc },
    { type: 'average_precision', name: 'AUPRC', figure: auprc },
    { type: 'ece', name: 'expected calibration error', figure: calibration?.ece },
    { type: 'brier_score', name: "Brier's score", figure: calibration?.brier },
    { type: 'log_loss', name: 'log loss', figure: calibration?.logLoss },
  ];
  return all.flatMap(({ figure, ...rest }) => (figure ? [{ ...rest, figure }] : []));
}

function metrics(evaluation: Evaluation): YamlValue[] {
  const ofClasses = evaluation.labels.flatMap((label) => {
    const { sensitivity, specificity, precision, f1 } = evaluation.perClass[label]!;
    return [
      ...metricOf('recall', `sensitivity of ${label}`, sensitivity),
      ...metricOf('specificity', `specificity of ${label}`, specificity),
      ...metricOf('precision', `precision of ${label}`, precision),
      ...metricOf('f1', `F1 of ${label}`, f1),
    ];
  });
  return [
    ...metricOf('accuracy', 'accuracy', evaluation.accuracy),
    ...ofProbabilities(evaluation).flatMap(({ type, name, figure }) => metricOf(type, name, figure)),
    ...ofClasses,
  ];
}

function frontMatter(parts: TrainedParts, evaluation: Evaluation | null): string {
  const { backbone, synthetic } = parts;
  const name = `${backbone.title}, ${classesOf(parts)}`;
  const found = evaluation ? metrics(evaluation) : [];
  const result = {
    task: { type: 'image-classification', name: 'Image classification' },
    dataset: {
      type: 'imagefolder',
      name: `${synthetic ? 'synthetic phantoms' : 'chest X-rays'}: ${classesOf(parts)}`,
      split: 'test',
    },
    metrics: found,
  };
  return toYaml({
    library_name: 'xray-transfer',
    pipeline_tag: 'image-classification',
    tags: ['image-classification', 'transfer-learning', 'chest-x-ray', 'education', 'not-for-medical-use'],
    // A result without metrics is no valid one.
    'model-index': [{ name, results: found.length ? [result] : [] }],
  });
}

function figures(evaluation: Evaluation): string {
  const rows = evaluation.labels.map((label) => {
    const { precision, sensitivity, specificity, f1, support } = evaluation.perClass[label]!;
    return [
      plainMarkdown(label),
      ...[precision, sensitivity, specificity, f1].map((figure) => formatFigure(figure)),
      String(support),
    ];
  });
  const overall = [
    `accuracy ${formatFigure(evaluation.accuracy)}`,
    ...ofProbabilities(evaluation).map(({ name, figure }) => `${name} ${formatFigure(figure)}`),
  ];
  return [
    `On ${evaluation.count} pictures that it was not trained on: ${overall.join(', ')}. In brackets: 95 % intervals.`,
    '',
    table(['class', 'precision', 'sensitivity', 'specificity', 'F1', 'pictures'], rows),
  ].join('\n');
}

const makeOne =
  '`xray-transfer audit --dataset DIR --keep` tells what such pictures let a model learn besides the disease.';

function auditSection(audit: AuditFound | null): string {
  if (audit === null) return `None was made. ${makeOne}`;
  if (audit === otherPictures)
    return `One exists, for other pictures or classes than those of this model; it says nothing of these. ${makeOne}`;
  const rows = audit.tests.map((test) => [
    plainMarkdown(test.title),
    plainMarkdown(auditFigure(test)),
    test.verdict,
    plainMarkdown(test.words),
    plainMarkdown(test.rule),
  ]);
  return [
    plainMarkdown(audit.expectation),
    '',
    table(['test', 'figure', 'verdict', 'what was found', 'rule'], rows),
  ].join('\n');
}

/** Pictures on each side; class by class, with what their records say of them, where the model knows it. */
function dataTable({ seen, data }: TrainedParts): string {
  const sides = ['training', 'validation', 'test'];
  const total = [seen.train, seen.validation, seen.test].map((pictures) => String(pictures.length));
  if (!data) return table(sides, [total]);
  const listed = (names: readonly string[]) => names.map(plainMarkdown).join(', ') || 'not in the records';
  return table(
    ['class', ...sides, 'patients', 'sources', 'views', 'licences of the pictures'],
    [
      ...data.map(({ label, train, validation, test, patients, sources, views, licenses }) => [
        plainMarkdown(label),
        ...[train, validation, test, patients].map(String),
        listed(sources),
        listed(views),
        listed(licenses),
      ]),
      ['all', ...total, '', '', '', ''],
    ],
  );
}

/**
 * A model's card: Hugging Face's README.md, whose YAML front matter holds a `model-index`, for whoever meets the model
 * without the program: data, split, figures with intervals, what an audit said, limits.
 * @param evaluation on the test part; null where it was not evaluated
 * @param audit of the pictures it was trained on; null where none was made, or `otherPictures`
 */
export function modelCard(
  parts: TrainedParts,
  evaluation: Evaluation | null,
  audit: AuditFound | null,
): string {
  const { backbone, seen, seed, preset, parameters } = parts;
  const head = parameters.hiddenUnits ? `${parameters.hiddenUnits} hidden units` : 'no hidden layer';
  const sections = [
    `# ${plainMarkdown(`${backbone.title}: ${classesOf(parts)}`)}`,
    cardMark,
    `**${educationOnly}**`,
    ...modelCautions(parts).map(({ mark, words }) => `**${mark}**: ${words}`),
    '## What it is',
    `A new head (${head}) on the frozen base ${plainMarkdown(backbone.title)}${backbone.fineTuned ? ', whose last block was trained too' : ''}, ` +
      `cut at ${codeSpan(backbone.cut)}, with ${plainMarkdown(weightsWords(backbone.weights) || 'no weights')} (SHA-256 \`${backbone.weightsHash.slice(0, 16)}…\`). ` +
      `Preset \`${preset}\`, seed ${seed}. All parameters are in manifest.json.`,
    '## Data and split',
    dataTable(parts),
    `Classes: ${parts.classes.map(plainMarkdown).join(', ')}. ` +
      (seen.grouping === undefined
        ? ''
        : seen.grouping === 'patient'
          ? 'Split by patient: nobody stands on two sides. '
          : 'Split picture by picture: pictures of one person may stand on two sides, which flatters the figures. ') +
      "The pictures' SHA-256 are in manifest.json.",
    '## Figures',
    evaluation ? figures(evaluation) : 'It was not evaluated.',
    '## Audit of its pictures',
    auditSection(audit),
    '## Limits',
    modelLimits(parts)
      .map((limit) => `- ${limit}`)
      .join('\n'),
    '## Use',
    "```ts\nimport { loadModel } from 'xray-transfer';\n\nconst model = await loadModel('this folder');\nconst [prediction] = await model.predict(['picture.png']);\n```",
  ];
  return `---\n${frontMatter(parts, evaluation)}---\n\n${sections.join('\n\n')}\n`;
}
