import type { Evaluation } from '../../evaluation/evaluation';
import { formatFigure } from '../../evaluation/format-figure';
import { weightsWords } from '../../networks/weights-words';
import type { ExportDescription } from '../../transfer/export-description';
import { byId, element } from './element';

/** In the words of the library's documentation. */
const preprocessingWords: Readonly<Record<ExportDescription['preprocessing'], string>> = {
  caffe: 'blue, green, red, less the mean of ImageNet’s pictures',
  tf: 'scaled to −1 … 1',
  scale: 'divided by 255',
  standardize: 'each picture to mean 0 and standard deviation 1',
};

function factsOf(description: ExportDescription): [string, string][] {
  const { backbone, inputSize, preprocessing, resize, pictures, grouping, calibrated } = description;
  const split =
    grouping === 'patient'
      ? ', nobody on two sides'
      : grouping === 'image'
        ? ', split picture by picture'
        : '';
  return [
    ['Classes', description.classes.join(', ')],
    [
      'Base',
      [
        backbone.title,
        weightsWords(backbone.weights),
        backbone.fineTuned ? 'last block trained too' : 'frozen',
      ]
        .filter(Boolean)
        .join(', '),
    ],
    [
      'Pictures',
      `${pictures.train} to train on, ${pictures.validation} to choose by, ${pictures.test} to test${split}`,
    ],
    [
      'Input',
      `${inputSize} × ${inputSize} pixels, ${resize === 'cv2' ? 'bilinear as in OpenCV' : 'antialiased'}; ${preprocessingWords[preprocessing]}`,
    ],
    ['Probabilities', calibrated ? 'calibrated on the validation part' : 'not calibrated'],
  ];
}

function factList(facts: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'dl',
    'facts',
    ...facts.flatMap(([name, words]) => [element('dt', '', name), element('dd', '', words)]),
  );
}

function figuresOf(evaluation: Evaluation): HTMLElement[] {
  const heads = ['class', 'sensitivity', 'specificity', 'precision', 'F1', 'pictures'];
  const rows = evaluation.labels.map((label) => {
    const { sensitivity, specificity, precision, f1, support } = evaluation.perClass[label]!;
    const figures = [sensitivity, specificity, precision, f1].map((figure) =>
      element('td', 'number', formatFigure(figure)),
    );
    const name = element('th', '', label);
    name.scope = 'row';
    return element('tr', '', name, ...figures, element('td', 'number', String(support)));
  });
  const head = element(
    'tr',
    '',
    ...heads.map((text, i) => {
      const cell = element('th', i ? 'number' : '', text);
      cell.scope = 'col';
      return cell;
    }),
  );
  const table = element('table', '', element('thead', '', head), element('tbody', '', ...rows));
  return [
    element(
      'p',
      '',
      `On ${evaluation.count} pictures that it was not trained on: accuracy ${formatFigure(evaluation.accuracy)}` +
        `${evaluation.auroc ? `, area under the ROC curve ${formatFigure(evaluation.auroc)}` : ''}. In brackets: 95 % intervals; read them first.`,
    ),
    element('div', 'table', table),
  ];
}

/** Shows what the model says of itself: marks in the bar, cautions on top, figures and limits below. */
export function showCard(description: ExportDescription): void {
  const { title, cautions, limits, evaluation, expectation } = description;
  document.title = `${title} · in the browser`;
  byId('title').textContent = title;
  byId('bar').append(...cautions.map(({ mark }) => element('span', '', mark)));
  byId('cautions').append(
    ...cautions.map(({ mark, words }) => element('li', '', element('strong', '', mark), `: ${words}`)),
  );
  byId('cautions').hidden = !cautions.length;
  byId('card').append(
    element('h3', '', 'Figures'),
    ...(evaluation ? figuresOf(evaluation) : [element('p', '', 'It was not evaluated.')]),
    element('h3', '', 'Limits'),
    element('ul', '', ...limits.map((limit) => element('li', '', limit))),
    ...(expectation
      ? [element('p', '', `What the audit of its pictures expects elsewhere: ${expectation}`)]
      : []),
    element('h3', '', 'How it was made'),
    factList(factsOf(description)),
  );
  byId('card').hidden = false;
}
