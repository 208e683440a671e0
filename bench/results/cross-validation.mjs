import { folds } from './experiments.mjs';
import { kinds } from './kinds.mjs';
import { library } from './library.mjs';
import { share, table } from './markdown.mjs';

const { formatFigure } = library('index');
const { evaluatePredictions } = library('evaluation/evaluate-predictions');

/** Pictures classed rightly, over all folds and seeds. */
function rightOf({ runs }) {
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  return {
    right: sum(runs.flatMap(({ evaluation }) => evaluation.confusion.map((row, i) => row[i]))),
    count: sum(runs.map(({ evaluation }) => evaluation.count)),
  };
}

/** Every figure over the folds of the first seed, in which each picture is tested once. */
function everyFigure({ classes, seeds, predictions }) {
  const first = predictions.filter(({ seed }) => seed === seeds[0]);
  return evaluatePredictions(
    first.map(({ label }) => label),
    first.map(({ probabilities }) => probabilities),
    classes,
    { patients: first.map(({ patientId }) => patientId) },
  );
}

/** COVID-19 against the others on X-rays, for every kind of features. */
export async function compute(context) {
  const rows = [];
  let full;
  for (const kind of kinds) {
    const two = await folds(context, 'X-rays', ['covid', 'normal'], kind);
    const three = await folds(context, 'X-rays', ['covid', 'normal', 'pneumonia'], kind);
    rows.push({ name: kind.name, two, three });
    if (kind.id === 'mobilenet') full = { name: kind.name, evaluations: [two, three].map(everyFigure) };
    context.say(`${kind.name}: ${formatFigure(two.accuracy)}, three ${formatFigure(three.accuracy)}`);
  }
  return { count: context.data.covid.length, rows, full };
}

const perClass = ['sensitivity', 'specificity', 'precision', 'f1', 'auroc', 'auprc'];

/** The figures of one evaluation, a row a class, then those of all classes. */
const figuresOf = ({ labels, perClass: figures, accuracy, auroc, auprc, calibration }) => [
  ...table(
    ['class', 'pictures', ...perClass],
    labels.map((label) => [
      label,
      String(figures[label].support),
      ...perClass.map((name) => formatFigure(figures[label][name])),
    ]),
  ),
  '',
  `Accuracy ${formatFigure(accuracy)}, AUROC ${formatFigure(auroc)}, AUPRC ${formatFigure(auprc)}, ` +
    `expected calibration error ${formatFigure(calibration.ece)}, Brier score ${formatFigure(calibration.brier)}, log loss ${formatFigure(calibration.logLoss)}.`,
  '',
];

export const render = ({ count, rows, full }) => [
  '## Cross-validation, patients kept together',
  '',
  `Preset \`sound\`, 5 folds × 3 seeds, ${count} pictures a class (the normal and pneumonia pictures drawn anew a seed). ` +
    'Mean accuracy over the folds with its 95 % interval (Nadeau and Bengio), and pictures classed rightly.',
  '',
  ...table(
    ['features', 'COVID-19 against normal', '', 'three classes', ''],
    rows.map(({ name, two, three }) => [
      name,
      ...[two, three].flatMap((result) => [formatFigure(result.accuracy), share(rightOf(result))]),
    ]),
  ),
  '',
  'The thumbnail sees no lung in any detail and is nearly as good: most of what tells these classes apart is their sources.',
  '',
  `### Every figure: ${full.name}`,
  '',
  'The same, over the folds of the first seed, in which each picture is tested once; shares with the interval of Wilson, ' +
    'areas under the ROC curve of DeLong, patients with several pictures as Obuchowski has them, on the logit scale (Newcombe’s at an area of 1); ' +
    'the rest by bootstrap of whole patients.',
  '',
  ...full.evaluations.flatMap(figuresOf),
];
