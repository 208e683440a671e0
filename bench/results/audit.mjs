import { auditSeeds } from '../audit-seeds.mjs';
import { of } from './data.mjs';
import { seed } from './experiments.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { auditDataset, formatFigure } = library('index');

const audited = [
  {
    name: 'COVID-19 against normal',
    about:
      'All COVID-19 pictures against the normal ones of the Kaggle train folder; as controls the other findings of the COVID-19 collection.',
    xrays: ({ covid, train }) => [...covid, ...of(train, 'normal')],
    options: ({ controls }) => ({ controls }),
  },
  {
    name: 'Normal against pneumonia',
    about: "The whole Kaggle collection, train and test folder, whose division is the collection's own.",
    xrays: ({ train, test }) => [...train, ...test],
    options: ({ train, test }) => ({
      split: { train, validation: [], test, classes: ['normal', 'pneumonia'], seed, grouping: 'image' },
    }),
  },
];

/** Audits of the X-rays, and of phantoms that are confounded and phantoms that are not, over ten seeds. */
export async function compute({ data, keep, say }) {
  const audits = [];
  for (const { name, about, xrays, options } of audited) {
    const audit = await keep(`audit, ${name}`, async () => {
      // Without the pairs, which name files of this machine.
      const { duplicates: _, ...kept } = await auditDataset(xrays(data), { seed, ...options(data) });
      return kept;
    });
    audits.push({ name, about, audit });
    say(`audit, ${name}: ${audit.verdict} after ${audit.seconds.toFixed(0)} s`);
  }
  const phantoms = await keep('audit, ten seeds of phantoms', () =>
    auditSeeds({ seeds: 10, count: 40, backbone: 'fractal', say }),
  );
  return { audits, phantoms };
}

const figureText = ({ figure, measure }) =>
  figure.value === null
    ? '–'
    : figure.low === figure.high
      ? `${figure.value} ${measure}`
      : `${measure} ${formatFigure(figure, 2)}`;

const part = ({ name, about, audit }) => [
  `### ${name}`,
  '',
  `${about} ${audit.data.classes
    .map(
      ({ label, pictures, patients, sampled }) =>
        `${label}: ${pictures} of ${patients} patients, ${sampled} taken`,
    )
    .join(
      '; ',
    )}. ${audit.backbone.title}, ${audit.backbone.weights} weights; whole pictures AUROC ${formatFigure(audit.whole, 2)}; ` +
    `${audit.seconds.toFixed(0)} s, features from the cache where they were there.`,
  '',
  `**${audit.verdict}.** ${audit.expectation}`,
  '',
  ...table(
    ['test', 'figure', 'verdict', 'what was found', 'rule'],
    audit.tests.map((test) => [test.title, figureText(test), test.verdict, test.words, test.rule]),
  ),
  '',
];

export const render = ({ audits, phantoms }) => [
  '## Audit: what the pictures let a model learn besides the disease',
  '',
  'From the training pictures alone: `xray-transfer audit --dataset DIR --controls DIR`. A logistic regression on frozen features, ' +
    'patients kept together, 5 folds × 3 divisions; intervals of 95 % keep a patient together. Duplicates are looked for among all ' +
    'pictures, the rest among 200 a class at most.',
  '',
  ...audits.flatMap(part),
  '### Phantoms that are confounded, and phantoms that are not',
  '',
  'The same phantoms with a bright mark in the corner, on one class or on half of each: 40 a class, 10 seeds, network `fractal`. ' +
    'The last columns are what models trained on them then do on phantoms of a new source, on which nobody bears the mark, or everybody. ' +
    'Means with 95 % intervals over the seeds (`node bench/audit-seeds.mjs --backbone fractal`).',
  '',
  ...phantoms,
  '',
];
