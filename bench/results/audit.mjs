import { auditNoise } from '../audit-noise.mjs';
import { auditSeeds } from '../audit-seeds.mjs';
import { of } from './data.mjs';
import { seed } from './experiments.mjs';
import { library } from './library.mjs';
import { table } from './markdown.mjs';

const { auditDataset, formatFigure } = library('index');
const { plural } = library('core/plural');
const { auditFigure } = library('evaluation/audit-summary');

/** Data sets of noise, of each kind. */
const noiseSets = 40;

/** Both folders of the Kaggle collection are of one hospital. */
const ofOneSource = (xrays) => xrays.map((xray) => ({ ...xray, source: 'kaggle-chest-xray' }));

const audited = [
  {
    name: 'COVID-19 against normal',
    about:
      'All COVID-19 pictures against the normal ones of the Kaggle train folder; as controls the other findings of the COVID-19 collection.',
    xrays: ({ covid, train }) => [...covid, ...ofOneSource(of(train, 'normal'))],
    options: ({ controls }) => ({ controls }),
  },
  {
    name: 'Normal against pneumonia',
    about:
      "The whole Kaggle collection, train and test folder, whose division is the collection's own. Patients are known by the " +
      'numbers in file names, which the two folders may have given out twice: patients on two sides are at most so many.',
    xrays: ({ train, test }) => ofOneSource([...train, ...test]),
    options: ({ train, test }) => ({
      split: {
        train: ofOneSource(train),
        validation: [],
        test: ofOneSource(test),
        classes: ['normal', 'pneumonia'],
        seed,
        grouping: 'image',
      },
    }),
  },
  {
    name: 'The phantoms of npm start',
    about:
      'COVID-like against normal phantoms, with the small network: nothing but the lungs should tell them apart.',
    xrays: ({ phantoms }) => [...of(phantoms, 'covid'), ...of(phantoms, 'normal')],
    options: () => ({ backbone: 'fractal' }),
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
  const noise = await keep('audit, noise', () => auditNoise({ sets: noiseSets, pictures: 6, say }));
  return { audits, phantoms, noise };
}

const part = ({ name, about, audit }) => [
  `### ${name}`,
  '',
  `${about} ${audit.data.classes
    .map(
      ({ label, pictures, patients, sampled }) =>
        `${label}: ${plural(pictures, 'picture')} of ${plural(patients, 'patient')}, ${sampled} taken`,
    )
    .join(
      '; ',
    )}. ${audit.backbone.title}, ${audit.backbone.weights} weights; whole pictures AUROC ${formatFigure(audit.whole, 2)}; ` +
    `${audit.seconds.toFixed(0)} s, features from the cache where they were there.`,
  ...(audit.data.controls.given
    ? [
        '',
        `Controls: ${audit.data.controls.used} of ${plural(audit.data.controls.given, 'picture')} used (${audit.data.controls.findings
          .map(
            ({ label, pictures, patients }) =>
              `${label}: ${plural(pictures, 'picture')} of ${plural(patients, 'patient')}`,
          )
          .join('; ')}).`,
      ]
    : []),
  '',
  `**${audit.verdict}.** ${audit.expectation}`,
  '',
  ...table(
    ['test', 'figure', 'verdict', 'what was found', 'rule'],
    audit.tests.map((test) => [test.title, auditFigure(test), test.verdict, test.words, test.rule]),
  ),
  '',
];

export const render = ({ audits, phantoms, noise }) => [
  '## Audit: what the pictures let a model learn besides the disease',
  '',
  'From pictures alone, without a model: `xray-transfer audit --dataset DIR`, with `--controls DIR` where other findings of a ' +
    "class's source are at hand, as they were for the first. A logistic regression on frozen features, " +
    'patients kept together, 5 folds × 3 divisions; intervals of 95 % keep a patient together, and are √2 times as wide as the bootstrap of the tested pictures has them, since other pictures would be learnt from too. Identical files, and pictures alike by their perceptual ' +
    'hash, are looked for among all pictures; pictures alike by features, and all the rest, among 200 a class at most.',
  '',
  ...audits.flatMap(part),
  '### Phantoms that are confounded, and phantoms that are not',
  '',
  'The same phantoms, 40 a class, 10 seeds, network `fractal`, with one of two signs that have nothing to do with the disease. ' +
    "A mark: a bright square in the corner, as a lead letter leaves. A film: the pictures are a little softer all over, as another machine's are, " +
    "and the records name them as another source's, as they do in the article's design. The audit sees the training folders alone. The outcome is what models " +
    'trained on these folders (preset `sound`) then do on new patients of one source, all without the sign, or all with it. ' +
    'Means with 95 % intervals over the seeds (`node bench/audit-seeds.mjs --backbone fractal`).',
  '',
  ...phantoms,
  '',
  'Read each row from the verdict to the outcome. *Expected to fail* is the audit that says: give most pictures of one new source the same answer, whatever ' +
    'they show, with an AUROC nearer 0.5. A mark that is told from the border as well as the disease is from the whole picture is flagged, and the audit says that such a model *may* fail; ' +
    'the outcome columns show whether it did. A shortcut that can be learnt is no proof that it is: where the disease is as plain as the shortcut, a linear head uses both.',
  '',
  '### Noise: how often there is an alarm for nothing',
  '',
  `Data sets in which nothing tells the classes apart, through the same tests and rules: ${noiseSets} of each kind with features drawn at random ` +
    '(20 to 60 patients a class, a picture or two each, two sources and two projections that have nothing to do with the class), and 6 of ' +
    'pictures of noise through the network `fractal`. How many were flagged, of those in which the test was made, and the share with its ' +
    "95 % interval (`node bench/audit-noise.mjs`). Where a patient's pictures are alike, a split by picture does flatter: there that flag is right.",
  '',
  ...noise,
  '',
];
