import { table } from './results/markdown.mjs';

const begin = '<!-- results: written by `npm run results` -->';
const end = '<!-- end of results -->';

/** The cells of the first table below a heading, a list a row, its head first. */
function tableBelow(text, heading) {
  const [, section] = text.split(`## ${heading}\n`);
  if (section === undefined) throw new Error(`docs/results.md has no section "${heading}"`);
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(start);
  const rows = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
  return rows
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((_, i) => i !== 1);
}

/** Columns of a table by their names, without the head. */
function columns(rows, names) {
  const at = names.map((name) => rows[0].indexOf(name));
  const missing = names.filter((_, i) => at[i] < 0);
  if (missing.length) throw new Error(`a table of docs/results.md has no column ${missing.join(', ')}`);
  return rows.slice(1).map((row) => at.map((i) => row[i]));
}

/** The article's networks on two classes, its figure beside those of this project. */
function besideArticle(results) {
  const rows = columns(tableBelow(results, "The article's protocol"), [
    'network',
    'weights',
    'classes',
    'preset',
    'accuracy',
    'article',
    'confusion (rows true)',
  ]).filter(([, , classes]) => classes === '2');
  const names = [...new Set(rows.map(([network]) => network))];
  const pictures = JSON.parse(rows[0][6])
    .flat()
    .reduce((a, b) => a + b, 0);
  const networks = names.map((name) => {
    const own = rows.filter(([network]) => network === name);
    const accuracy = (wanted) => own.find(([, , , preset]) => preset === wanted)?.[4] ?? '–';
    return [name, own[0][1], accuracy('article'), accuracy('sound'), own[0][5]];
  });
  return { pictures, networks };
}

/** What a head reaches on each kind of features, with patients kept together, and within one source. */
function byFeatures(results) {
  const validated = tableBelow(results, 'Cross-validation, patients kept together');
  const source = columns(tableBelow(results, 'One source: normal against pneumonia'), ['features', 'AUROC']);
  return validated
    .slice(1)
    .map(([features, two, , three]) => [
      features,
      two,
      three,
      source.find(([name]) => name === features)?.[1] ?? '–',
    ]);
}

/** The lines of README.md that follow from docs/results.md. */
export function readmeResults(results) {
  const { pictures, networks } = besideArticle(results);
  return [
    `COVID-19 against normal on the article’s protocol: accuracy with its 95 % interval, on ${pictures} test pictures here and 27 there.`,
    '',
    ...table(
      ['network', 'weights here', 'as in the article', 'preset `sound`', 'the article says'],
      networks,
    ),
    '',
    'The same question asked better, five folds three times over with patients kept together; and one that no source answers:',
    '',
    ...table(
      [
        'features',
        'COVID-19 or normal: accuracy',
        'three classes: accuracy',
        'one hospital, normal or pneumonia: AUROC',
      ],
      byFeatures(results),
    ),
  ];
}

/** README.md with the results between its marks written anew. */
export function withResults(readme, results) {
  const [before, rest] = readme.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error(`README.md has no place for results: ${begin} … ${end}`);
  return `${before}${begin}\n\n${readmeResults(results).join('\n')}\n\n${end}${after}`;
}
