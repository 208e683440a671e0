import { folds } from './experiments.mjs';
import { kinds } from './kinds.mjs';
import { library } from './library.mjs';
import { share, table } from './markdown.mjs';

const { formatFigure } = library('index');

/** Pictures classed rightly, over all folds and seeds. */
function rightOf({ runs }) {
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  return {
    right: sum(runs.flatMap(({ evaluation }) => evaluation.confusion.map((row, i) => row[i]))),
    count: sum(runs.map(({ evaluation }) => evaluation.count)),
  };
}

/** COVID-19 against the others on X-rays, for every kind of features. */
export async function compute(context) {
  const rows = [];
  for (const kind of kinds) {
    const two = await folds(context, 'X-rays', ['covid', 'normal'], kind);
    const three = await folds(context, 'X-rays', ['covid', 'normal', 'pneumonia'], kind);
    rows.push({ name: kind.name, two, three });
    context.say(`${kind.name}: ${formatFigure(two.accuracy)}, three ${formatFigure(three.accuracy)}`);
  }
  return { count: context.data.covid.length, rows };
}

export const render = ({ count, rows }) => [
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
];
